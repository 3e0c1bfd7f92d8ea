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
import { hashOf, multiplier } from "../values/hash.ts";

const elementsMax = 1_024;
const baseMax = 2 ** 30;
/** An element whose hash has so many places taken is left to the evaluator: its sender may have chosen it. */
const probesMax = 16;
/** Used again by each call. Elements are counted from 1. */
const starts = new Int32Array(elementsMax + 1);
const ends = new Int32Array(elementsMax + 1);
/** The numbers of elements, by their hashes, on top of `base`; lower ones are of earlier calls. */
const places = new Int32Array(2 * elementsMax);
let base = 0;
const placeShift = Math.clz32(places.length) + 1;

/**
 * Returns whether the elements of the array `bytes[start, end)`, valid JSON, certainly differ. That is known
 * only of up to 1,024 integers that are not negative, literals and texts without escapes: each such value has
 * one spelling.
 */
export function areDistinct(bytes: Uint8Array, start: number, end: number): boolean {
  if (base > baseMax) places.fill(0);
  base = base > baseMax ? 0 : base + elementsMax;
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
    starts[++count] = at;
    ends[count] = next;
    if (!isPlaced(bytes, count)) return false;
    at = next;
  }
  return true;
}

/** Gives element `n` a place by its hash. Returns false if an equal one has it, or if too many are taken. */
function isPlaced(bytes: Uint8Array, n: number): boolean {
  const first = Math.imul(hashOf(bytes, starts[n]!, ends[n]!), multiplier) >>> placeShift;
  for (let probe = 0; probe < probesMax; probe++) {
    const place = (first + probe) % places.length;
    const other = places[place]! - base;
    if (other <= 0) {
      places[place] = base + n;
      return true;
    }
    if (isRepeated(bytes, starts[n]!, ends[n]!, starts[other]!, ends[other]!)) return false;
  }
  return false;
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
