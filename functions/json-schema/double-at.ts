import { dot, letterE, lowerCaseBit, minus, nine, zero } from "../values/bytes.ts";
import { textOf } from "../values/utf8.ts";

/** With so many digits, a number's digits and powers of ten are exact as doubles, and so its quotient is. */
const exactChars = 15;
const ten = 10;
const powersOfTen = Array.from({ length: exactChars + 1 }, (_, n) => Number(`1e${n}`));

/** Returns 10ⁿ, which is exact; undefined for a larger one. */
export const powerOfTen = (n: number): number | undefined => powersOfTen[n];

const isShort = (start: number, end: number): boolean => end - start <= exactChars;

/**
 * Returns whether a number is short and has no exponent: its double is near enough to tell it from others.
 */
export function isExactAt(bytes: Uint8Array, start: number, end: number): boolean {
  if (!isShort(start, end)) return false;
  for (let at = start; at < end; at++) if ((bytes[at]! | lowerCaseBit) === letterE) return false;
  return true;
}

/** Leaving out the digits after the first 14 changes a number by less than this part. */
const errorMax = 1e-12;

/**
 * Returns the order of the JSON number `bytes[start, end)` and a bound: negative if it is less, 0 if both are
 * equal as doubles, NaN if both are infinite.
 */
export function orderAt(bytes: Uint8Array, start: number, end: number, bound: number): number {
  if (!isShort(start, end)) {
    const order = nearlyAt(bytes, start, end) - bound;
    if (Math.abs(order) > errorMax * Math.abs(bound) && Math.abs(order) > errorMax) return order;
  }
  return doubleAt(bytes, start, end) - bound;
}

/** Returns the number by its first digits; NaN if its point is not among them, or if it has an exponent. */
function nearlyAt(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === minus;
  const from = isNegative ? start + 1 : start;
  const last = Math.min(end, from + exactChars);
  let digits = 0;
  let point = 0;
  let at = from;
  for (; at < last; at++) {
    const byte = bytes[at]!;
    if (byte >= zero && byte <= nine) digits = digits * ten + byte - zero;
    else if (byte === dot) point = at;
    else return NaN;
  }
  if (point === 0) return NaN;
  for (; at < end; at++) if (bytes[at]! < zero || bytes[at]! > nine) return NaN;
  const value = digits / powersOfTen[last - point - 1]!;
  return isNegative ? -value : value;
}

/** Returns the double that is nearest to the JSON number `bytes[start, end)`. */
export function doubleAt(bytes: Uint8Array, start: number, end: number): number {
  if (!isShort(start, end)) return parsed(bytes, start, end);
  const isNegative = bytes[start] === minus;
  let digits = 0;
  let places = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= zero && byte <= nine) digits = digits * ten + byte - zero;
    else if (byte === dot) places = end - at - 1;
    else return parsed(bytes, start, end);
  }
  const value = places === 0 ? digits : digits / powersOfTen[places]!;
  return isNegative ? -value : value;
}

const parsed = (bytes: Uint8Array, start: number, end: number) => Number(textOf(bytes, start, end));
