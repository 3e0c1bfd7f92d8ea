/** The kinds of values: JSON's, and those that only transit has. */
export const Kind = {
  /** There is no value. */
  absent: -1,
  null: 0,
  boolean: 1,
  /** Any number of digits. */
  integer: 2,
  /** Transit's `~n`. */
  bigInteger: 3,
  /** A number with a fraction or an exponent, or transit's `~d`. */
  double: 4,
  /** Transit's `~f`. */
  decimal: 5,
  /** Transit's NaN and infinities. */
  special: 6,
  text: 7,
  instant: 8,
  uuid: 9,
  uri: 10,
  bytes: 11,
  keyword: 12,
  symbol: 13,
  character: 14,
  map: 15,
  array: 16,
  set: 17,
  list: 18,
  /** Transit's map with composite keys. */
  cmap: 19,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/**
 * Follows a value while it is read. `bytes[start, end)` is the value's text: digits, or the raw content of a
 * string with its JSON escapes.
 */
export interface Visitor {
  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void;
  /** ms since the epoch. */
  instant(milliseconds: number): void;
  open(kind: Kind): void;
  /**
   * The key of the value that follows. `kind` is text, keyword, symbol or any other kind of key in transit.
   */
  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void;
  close(kind: Kind): void;
}
