import { dot, minus, nine, zero } from "../values/bytes.ts";

const ascii = new TextDecoder("latin1");
/** With so many digits, a number's digits and powers of ten are exact as doubles, and so its quotient is. */
const exactChars = 15;
const ten = 10;
const powersOfTen = Array.from({ length: exactChars + 1 }, (_, n) => Number(`1e${n}`));

/** Returns whether equal doubles of such texts are of equal numbers: of at most 15 digits. */
export const isShort = (start: number, end: number): boolean => end - start <= exactChars;

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

const parsed = (bytes: Uint8Array, start: number, end: number) =>
  Number(ascii.decode(bytes.subarray(start, end)));
