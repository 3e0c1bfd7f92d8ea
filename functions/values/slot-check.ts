import type { Kind } from "./visitor.ts";

/**
 * Checks the values in one place of a table's records while they are read. It accepts no value that violates
 * the schema, but it may fail to accept one that conforms: the whole record is then evaluated.
 */
export interface SlotCheck {
  /** A bit for each kind: whether every value conforms. For maps and arrays, this excludes their contents. */
  readonly always: number;
  /** Returns whether the scalar `bytes[start, end)` is certain to conform. */
  conforms(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean;
  /**
   * Returns whether the map or array `bytes[start, end)`, as JSON, is certain to conform if its kind is not
   * always accepted. Its members are then not checked.
   */
  conformsWhole?(bytes: Uint8Array, start: number, end: number): boolean;
  /** The check of a map in this place; undefined if nothing is required. */
  readonly map: MapCheck | undefined;
  /** The check of each element of an array in this place; undefined if nothing is required. */
  readonly element: SlotCheck | undefined;
  /** How many elements an array may have; undefined for any number. */
  readonly items?: ItemBounds | undefined;
}

export interface ItemBounds {
  readonly min: number;
  readonly max: number;
}

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
  /** Another check: a map may satisfy that one instead. */
  readonly or: MapCheck | undefined;
}
