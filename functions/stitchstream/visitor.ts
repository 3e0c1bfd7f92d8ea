/** What a value is, once read: JSON's kinds, and the ones that only transit has. */
export const Kind = {
  null: 0,
  boolean: 1,
  /** Any number of digits. */
  integer: 2,
  /** A JSON number with a fraction or an exponent. */
  double: 3,
  /** Transit's `~f`. */
  decimal: 4,
  /** Transit's NaN and infinities. */
  special: 5,
  text: 6,
  instant: 7,
  uuid: 8,
  uri: 9,
  bytes: 10,
  keyword: 11,
  symbol: 12,
  character: 13,
  map: 14,
  array: 15,
  set: 16,
  list: 17,
  /** Transit's map with composite keys. */
  cmap: 18,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/**
 * Follows a value while it is read. `bytes[start, end)` is the value's own text: digits, or what stands between a
 * string's quotes, JSON escapes and all.
 */
export interface Visitor {
  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void;
  /** ms since the epoch. */
  instant(milliseconds: number): void;
  open(kind: Kind): void;
  /** A map's name for the value that follows; `kind` is text, keyword, symbol, or what else transit takes as a key. */
  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void;
  close(kind: Kind): void;
}
