import {
  backslash,
  closeBracket,
  comma,
  dot,
  isBlank,
  isRepeated,
  letterE,
  lowerCaseBit,
  minus,
  nine,
  openBrace,
  openBracket,
  quote,
} from "../values/bytes.ts";

/** As each element is compared with all others. */
const elementsMax = 32;
/** Used again by each call. */
const starts = new Int32Array(elementsMax);
const ends = new Int32Array(elementsMax);

/**
 * Returns whether the elements of the array `bytes[start, end)`, valid JSON, certainly differ. That is known
 * only of up to 32 integers that are not negative, literals and texts without escapes: each such value has
 * one spelling.
 */
export function areDistinct(bytes: Uint8Array, start: number, end: number): boolean {
  let count = 0;
  let at = start + 1;
  while (at < end) {
    const byte = bytes[at]!;
    if (isBlank(byte) || byte === comma || byte === closeBracket) {
      at++;
      continue;
    }
    if (count === elementsMax) return false;
    const next = endOfElement(bytes, at);
    if (next === 0) return false;
    for (let n = 0; n < count; n++) if (isRepeated(bytes, at, next, starts[n]!, ends[n]!)) return false;
    starts[count] = at;
    ends[count++] = next;
    at = next;
  }
  return true;
}

/** Returns the end of the element at `start`; 0 for one that may have other spellings. */
function endOfElement(bytes: Uint8Array, start: number): number {
  const first = bytes[start]!;
  if (first === openBrace || first === openBracket || first === minus) return 0;
  let at = start + 1;
  if (first === quote) {
    for (; bytes[at] !== quote; at++) if (bytes[at] === backslash) return 0;
    return at + 1;
  }
  const isLiteral = first > nine;
  for (; !isBlank(bytes[at]!) && bytes[at] !== comma && bytes[at] !== closeBracket; at++)
    if (!isLiteral && (bytes[at] === dot || (bytes[at]! | lowerCaseBit) === letterE)) return 0;
  return at;
}
