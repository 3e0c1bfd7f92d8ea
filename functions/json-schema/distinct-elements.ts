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
import { hashOf, placeOf } from "../values/hash.ts";

const elementsMax = 1_024;
const baseMax = 2 ** 30;
/** An element whose hash has so many places taken is left to the evaluator: its sender may have chosen it. */
const probesMax = 16;
const placeCount = 2 * elementsMax;

/** Compares the elements of one array after the other. */
export class DistinctElements {
  /** Elements are counted from 1. */
  readonly #starts = new Int32Array(elementsMax + 1);
  readonly #ends = new Int32Array(elementsMax + 1);
  /** The numbers of elements, by their hashes, on top of `#base`; lower ones are of earlier arrays. */
  readonly #places = new Int32Array(placeCount);
  #base = 0;

  /**
   * Returns whether the elements of the array `bytes[start, end)`, valid JSON, certainly differ. That is
   * known only of up to 1,024 integers that are not negative, literals and texts without escapes: each such
   * value has one spelling.
   */
  areIn(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#base > baseMax) this.#places.fill(0);
    this.#base = this.#base > baseMax ? 0 : this.#base + elementsMax;
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
      this.#starts[++count] = at;
      this.#ends[count] = next;
      if (!this.#isPlaced(bytes, count)) return false;
      at = next;
    }
    return true;
  }

  /** Gives element `n` a place by its hash. Returns false if an equal one has it, or if many are taken. */
  #isPlaced(bytes: Uint8Array, n: number): boolean {
    const [starts, ends, places] = [this.#starts, this.#ends, this.#places];
    const first = placeOf(hashOf(bytes, starts[n]!, ends[n]!), placeCount);
    for (let probe = 0; probe < probesMax; probe++) {
      const place = (first + probe) % placeCount;
      const other = places[place]! - this.#base;
      if (other <= 0) {
        places[place] = this.#base + n;
        return true;
      }
      if (isRepeated(bytes, starts[n]!, ends[n]!, starts[other]!, ends[other]!)) return false;
    }
    return false;
  }
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
