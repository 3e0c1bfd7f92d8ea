import { backslash, colon, dollar, hash, letterU, tilde, zero } from "../../values/bytes.ts";
import { IntTuples } from "../../values/int-tuples.ts";
import { Malformed } from "../../values/scanner.ts";

/** transit-format, "Caching": 44 digits from "0", two of them, then the cache begins again. */
const codeDigits = 44;
const entriesMax = codeDigits * codeDigits;
const width = 2;
/** A string of more than three characters is worth a code. */
export const cacheableCharsMin = 4;

/** Whether a string that begins so has a code wherever it stands: a keyword, a symbol or a tag. A map's key has, too. */
export const entersCache = (first: number, second: number) =>
  first === tilde && (second === colon || second === dollar || second === hash);

/** The strings of one line that a `^` code may stand for, as places in the body. */
export class TransitCache extends IntTuples {
  constructor() {
    super(width);
  }

  /** Gives a string the next code. */
  remember(start: number, end: number): void {
    if (this.count === entriesMax) this.clear();
    const at = this.add();
    this.ints[at] = start;
    this.ints[at + 1] = end;
  }

  /** The entry that the code `bytes[start, end)`, `^` and one or two digits, stands for. */
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
      throw new Malformed("a cache code `^…` that stands for nothing in this line", start);
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

/** A string's length as transit's writers count it, in UTF-16 units, from its checked content; stops at the minimum. */
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
