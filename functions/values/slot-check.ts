import type { Kind } from "./visitor.ts";

/**
 * What a destination requires of a value in one place of a table's records, made for values as they are read.
 * It may be unsure: what it refuses is looked at again, as a whole.
 */
export interface SlotCheck {
  /**
   * By kind: whether all values conform (1) or `conforms` knows (0). For maps and arrays, apart from what
   * they hold.
   */
  readonly always: Uint8Array;
  /** Whether the scalar `bytes[start, end)` surely conforms. */
  conforms(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean;
  /** What the value requires if it is a map; undefined for nothing. */
  readonly map: MapCheck | undefined;
  /** What an array requires of its elements; undefined for nothing. */
  readonly element: SlotCheck | undefined;
}

/** What is required of a map. */
export interface MapCheck {
  /** How many names are required. */
  readonly required: number;
  isRequired(name: string): boolean;
  /** What the value of this name requires; undefined for nothing. */
  member(name: string): SlotCheck | undefined;
}
