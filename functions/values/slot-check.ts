import type { Kind } from "./visitor.ts";

/**
 * Checks the values in one place of a table's records while they are read. It accepts no value that violates
 * the schema, but it may fail to accept one that conforms: the whole record is then evaluated.
 */
export interface SlotCheck {
  /**
   * A bit for each kind: whether every value conforms. For maps and arrays, this excludes their contents and
   * how many they are.
   */
  readonly always: number;
  /** Returns whether the scalar `bytes[start, end)` is certain to conform. */
  conforms(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean;
  /**
   * Returns whether the map or array `bytes[start, end)`, in JSON or transit, whose members and elements
   * conform to the checks below, is certain to conform. Called only if `always` lacks its kind,
   * or if a map fits none of its check's alternatives.
   */
  conformsWhole?(bytes: Uint8Array, start: number, end: number, isJson: boolean): boolean;
  /** The check of a map in this place; undefined if nothing is required. */
  readonly map: MapCheck | undefined;
  /** The checks of the first elements of an array in this place, if they have checks of their own. */
  readonly firstElements?: readonly (SlotCheck | undefined)[];
  /** The check of each further element; undefined if nothing is required. */
  readonly element: SlotCheck | undefined;
  /** How many elements an array may have; undefined for any number. */
  readonly items?: CountBounds | undefined;
}

/** Accepts nothing, so that the evaluator decides. */
export const undecided: SlotCheck = { always: 0, conforms: () => false, map: undefined, element: undefined };

export interface CountBounds {
  readonly min: number;
  readonly max: number;
}

/** Returns whether not any number is within `bounds`. */
export const isLimit = ({ min, max }: CountBounds): boolean => min > 0 || max < Infinity;

/** Checks the members of a map. */
export interface MapCheck {
  /** The number of required names. */
  readonly required: number;
  isRequired(name: string): boolean;
  /** The names for which the schema requires something of their own. */
  readonly names: readonly string[];
  /** Returns the check of any other name's value; undefined if nothing is required. */
  other(bytes: Uint8Array, start: number, end: number): SlotCheck | undefined;
  /** Returns the check of this name's value; undefined if nothing is required. */
  member(name: string): SlotCheck | undefined;
  /** Returns whether a map with these names is certain to conform; undefined if only `required` matters. */
  readonly conformsNames?: ((names: MapNames) => boolean) | undefined;
  /** Another check: a map may satisfy that one instead. */
  readonly or: MapCheck | undefined;
}

/** The names of a map. */
export interface MapNames {
  readonly count: number;
  /** Returns whether the map has a name, which is one of the check's `names`. */
  has(name: string): boolean;
}

/** Accepts every map. */
export const nothingRequired: MapCheck = {
  required: 0,
  isRequired: () => false,
  names: [],
  other: () => undefined,
  member: () => undefined,
  or: undefined,
};
