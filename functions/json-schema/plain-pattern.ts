import { backslash, letterU } from "../values/bytes.ts";
import { unitAt, unitEscapeBytes } from "../values/plain-text.ts";
import { isContinuation } from "../values/utf8.ts";
import { type Part, type Sequence, sequencesOf } from "./plain-syntax.ts";

/** Longer texts are left to the pattern itself, which has a budget. */
const textBytesMax = 256;
/** Once so many characters have been compared for each of the text's bytes, the pattern itself decides. */
const workPerByteMax = 8;
const workMin = 64;
const noBytes = new Uint8Array();

/** Repetition number `count`, from 1, of a group that is being matched, and what follows the group. */
interface Repetition {
  readonly part: Part;
  readonly count: number;
  readonly start: number;
  readonly next: Following;
}

/** The parts from number `from`, and then the next repetition of the group that they belong to, if any. */
interface Following {
  readonly parts: readonly Part[];
  readonly from: number;
  readonly within: Repetition | undefined;
}

/** Matches a pattern of characters, classes and groups with the bytes of a JSON string. */
export class PlainPattern {
  readonly #sequences: readonly Sequence[];
  /** Whether the time is linear in the text: no part gives characters back, and none is a group. */
  readonly isLinear: boolean;
  #bytes: Uint8Array = noBytes;
  #end = 0;
  #mustEnd = false;
  #work = 0;
  /** Where the part that was read last ends, and how many characters it has. */
  #at = 0;
  #count = 0;
  /** Whether all characters that were compared are known to be accepted or not. */
  #isSure = true;

  constructor(sequences: readonly Sequence[]) {
    this.#sequences = sequences;
    this.isLinear = sequences.every(each => each.isAtStart && each.parts.every(isLinear));
  }

  /**
   * Returns whether the pattern matches the content of a JSON string, `bytes[start, end)`; undefined if only
   * the pattern itself can tell.
   */
  isIn(bytes: Uint8Array, start: number, end: number): boolean | undefined {
    if (end - start > textBytesMax) return undefined;
    this.#bytes = bytes;
    this.#end = end;
    this.#work = workMin + workPerByteMax * (end - start);
    this.#isSure = true;
    const isFound = this.#sequences.some(each => this.#work >= 0 && this.#finds(each, start));
    // A pattern is kept longer than the body.
    this.#bytes = noBytes;
    if (isFound) return true;
    return this.#isSure ? false : undefined;
  }

  #finds({ parts, isAtStart, isAtEnd }: Sequence, start: number): boolean {
    this.#mustEnd = isAtEnd;
    for (let at = start; ; ) {
      if (this.#matches(parts, 0, at, undefined)) return true;
      if (isAtStart || at === this.#end || !this.#isSure) return false;
      // It can't begin within an escape.
      const length = this.#lengthAt(at);
      if (length === 0) return false;
      at += length;
    }
  }

  /** Returns whether the parts from number `from` match at `start`, and then all that follows them. */
  #matches(parts: readonly Part[], from: number, start: number, within: Repetition | undefined): boolean {
    const bytes = this.#bytes;
    let at = start;
    if (!this.#spend(1 + parts.length - from)) return false;
    for (let n = from; n < parts.length; n++) {
      const part = parts[n]!;
      const { accepts, group, min, max, mayShrink } = part;
      if (group !== undefined) return this.#repeats(part, 1, at, { parts, from: n + 1, within });
      if (min === 1 && max === 1 && at < this.#end && accepts[bytes[at]!] === 1) {
        at++;
        continue;
      }
      const first = at;
      this.#take(part, at);
      at = this.#at;
      let count = this.#count;
      if (count < min || !this.#spend(count + 1)) return false;
      if (count === min || !mayShrink || (n === parts.length - 1 && within === undefined)) continue;
      // Each part first takes as many characters as it can, and then fewer.
      for (; count > min; count--) {
        if (this.#mayBegin(parts[n + 1], at) && this.#matches(parts, n + 1, at, within)) return true;
        if (!this.#spend(1)) return false;
        at = this.#before(at, first);
      }
    }
    if (within === undefined) return this.#endsAt(at);
    const { part, count, next } = within;
    // Another empty repetition changes nothing.
    const isLast = at === within.start && count >= part.min;
    return isLast ? this.#follows(next, at) : this.#repeats(part, count + 1, at, next);
  }

  /** Returns whether repetition number `count` of a group matches at `at`, or what follows the group. */
  #repeats(part: Part, count: number, at: number, next: Following): boolean {
    if (count <= part.max) {
      const within = { part, count, start: at, next };
      for (const each of part.group!) {
        if (this.#matches(each, 0, at, within)) return true;
        if (this.#work < 0) return false;
      }
    }
    return count > part.min && this.#follows(next, at);
  }

  #follows({ parts, from, within }: Following, at: number): boolean {
    return this.#matches(parts, from, at, within);
  }

  #endsAt(at: number): boolean {
    if (at === this.#end || !this.#mustEnd) return true;
    // Java's `$` also matches before a line's end, which is not sure to be none.
    this.#lengthAt(at);
    return false;
  }

  /** Returns false once the work is used up: nothing is sure then. */
  #spend(comparisons: number): boolean {
    this.#work -= comparisons;
    if (this.#work < 0) this.#isSure = false;
    return this.#work >= 0;
  }

  /** Takes as many characters from `start` as the part accepts. Sets `#at` and `#count`. */
  #take({ accepts, acceptsBeyondAscii, max }: Part, start: number): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = start;
    let count = 0;
    while (at < end && count < max) {
      const byte = bytes[at]!;
      if (accepts[byte] === 1) {
        at++;
        count++;
        continue;
      }
      if (byte < 0x80 && byte !== backslash) break;
      const length = this.#lengthAt(at);
      if (length === 0 || !acceptsBeyondAscii) break;
      at += length;
      count++;
    }
    this.#at = at;
    this.#count = count;
  }

  /** Returns false if the part that follows certainly does not begin at `at`. */
  #mayBegin(part: Part | undefined, at: number): boolean {
    if (part === undefined || part.group !== undefined || part.min === 0 || at === this.#end) return true;
    const byte = this.#bytes[at]!;
    return byte >= 0x80 || byte === backslash || part.accepts[byte] === 1;
  }

  /** Returns the length of the character at `at`, in bytes; 0 for one that a part may take for another. */
  #lengthAt(at: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at]!;
    if (byte < 0x80 && byte !== backslash) return 1;
    const length = byte === backslash ? lengthOfUnit(bytes, at) : lengthBeyondAscii(byte, bytes[at + 1]!);
    if (length === 0) this.#isSure = false;
    return length;
  }

  /** Returns the start of the character that ends at `at`, from `first` on. */
  #before(at: number, first: number): number {
    const from = at - unitEscapeBytes;
    if (from >= first && this.#bytes[from] === backslash) return from;
    let before = at - 1;
    while (before > first && isContinuation(this.#bytes[before]!)) before--;
    return before;
  }
}

/**
 * Returns whether a character beyond ASCII may be a space or a line's end in some dialect, or half a
 * surrogate pair. The last six bits of `unit`, its UTF-16 unit, don't matter.
 */
const isUnsure = (unit: number) =>
  unit < 0xc0 ||
  (unit >= 0x1000 && unit < 0x2080) ||
  (unit >= 0x3000 && unit < 0x3040) ||
  (unit >= 0xd800 && unit < 0xe000) ||
  unit >= 0xf000;

/** Returns the length of a character beyond ASCII by its first bytes; 0 if it is unsure. */
function lengthBeyondAscii(first: number, second: number): number {
  if (first >= 0xf0) return 4;
  if (first < 0xe0) return isUnsure((first & 0x1f) << 6) ? 0 : 2;
  return isUnsure(((first & 0x0f) << 12) | ((second & 0x3f) << 6)) ? 0 : 3;
}

/** The same for an escape like `\u00e9`; 0 for any other escape. */
function lengthOfUnit(bytes: Uint8Array, at: number): number {
  return bytes[at + 1] !== letterU || isUnsure(unitAt(bytes, at + 2)) ? 0 : unitEscapeBytes;
}

/** The last part takes all that it can, without a need to take fewer. */
const isLinear = ({ group, min, max, mayShrink }: Part, n: number, { length }: readonly Part[]) =>
  group === undefined && (!mayShrink || min === max || n === length - 1);

/** Returns a faster check for a pattern of characters, classes and groups; undefined for any other. */
export function plainPatternOf(pattern: string): PlainPattern | undefined {
  const sequences = sequencesOf(pattern);
  return sequences && new PlainPattern(sequences);
}
