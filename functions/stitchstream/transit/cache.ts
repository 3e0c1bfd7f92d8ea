import { backslash, colon, dollar, hash, letterU, tilde, zero } from "../../values/bytes.ts";
import { IntTuples } from "../../values/int-tuples.ts";
import { Malformed } from "../../values/scanner.ts";

/** transit-format, "Caching": codes have one or two of 44 digits, from "0"; then the cache starts again. */
const codeDigits = 44;
const entriesMax = codeDigits * codeDigits;
const width = 2;
/** Strings of more than three characters are cached. */
export const cacheableCharsMin = 4;

/**
 * Returns whether a string with this beginning is cached everywhere: a keyword, symbol or tag. Map keys are
 * cached, too.
 */
export const entersCache = (first: number, second: number) =>
  first === tilde && (second === colon || second === dollar || second === hash);

/** The strings of one line that `^` codes refer to, as offsets in the body. */
export class TransitCache extends IntTuples {
  /** How often the codes began again since it was set to 0. */
  wraps = 0;

  constructor() {
    super(width);
  }

  /** Assigns the next code to a string. */
  remember(start: number, end: number): void {
    if (this.count === entriesMax) {
      this.clear();
      this.wraps++;
    }
    const at = this.add();
    this.ints[at] = start;
    this.ints[at + 1] = end;
  }

  /** Returns the index of the entry for the code `bytes[start, end)`: `^` and one or two digits. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start + 1]! - zero;
    const second = bytes[start + 2]! - zero;
    const index = end - start === 2 ? first : first * codeDigits + second;
    const digitsAreRight =
      (end - start === 2 || end - start === 3) &&
      first >= 0 &&
      first < codeDigits &&
      (end - start === 2 || (second >= 0 && second < codeDigits));
    if (!digitsAreRight || index >= this.count) {
      throw new Malformed("a cache code `^…` that this line does not define", start);
    }
    return index;
  }

  start(index: number): number {
    return this.ints[width * index]!;
  }

  end(index: number): number {
    return this.ints[width * index + 1]!;
  }
}

/** Returns whether a string has the minimum length in UTF-16 units, as transit writers count. */
export function isLongEnough(bytes: Uint8Array, start: number, end: number): boolean {
  let units = 0;
  for (let i = start; i < end && units < cacheableCharsMin; ) {
    const byte = bytes[i]!;
    if (byte === backslash) i += bytes[i + 1] === letterU ? 6 : 2;
    else i += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    units += byte >= 0xf0 ? 2 : 1;
  }
  return units >= cacheableCharsMin;
}
