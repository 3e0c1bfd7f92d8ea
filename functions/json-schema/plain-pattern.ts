import { backslash, letterU } from "../values/bytes.ts";
import { unitAt, unitEscapeBytes } from "../values/plain-text.ts";
import { isContinuation } from "../values/utf8.ts";
import { type Part, type Sequence, sequenceOf, sequencesIn } from "./plain-syntax.ts";

/** Longer texts are left to the pattern itself, which has a budget. */
const textBytesMax = 256;
/** Once so many characters have been compared for each of the text's bytes, the pattern itself decides. */
const workPerByteMax = 8;
const workMin = 64;

/** Matches a pattern of parts in a row, or of alternatives of them, with the bytes of a JSON string. */
export class PlainPattern {
  readonly #sequences: readonly Sequence[];
  /** Whether these are all alternatives, so that a text without any of them does not match. */
  readonly #isComplete: boolean;
  #bytes: Uint8Array = new Uint8Array();
  #end = 0;
  #work = 0;
  /** Where the part that was read last ends, and how many characters it has. */
  #at = 0;
  #count = 0;
  /** Whether all characters that were compared are known to be accepted or not. */
  #isSure = true;

  constructor(sequences: readonly Sequence[], isComplete: boolean) {
    this.#sequences = sequences;
    this.#isComplete = isComplete;
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
    for (const each of this.#sequences) if (this.#finds(each, start)) return true;
    return this.#isSure && this.#isComplete ? false : undefined;
  }

  #finds({ parts, isAtStart, isAtEnd }: Sequence, start: number): boolean {
    for (let at = start; ; ) {
      if (this.#matches(parts, 0, at, isAtEnd)) return true;
      if (isAtStart || at === this.#end || !this.#isSure) return false;
      // It can't begin within an escape.
      const length = this.#lengthAt(at);
      if (length === 0) return false;
      at += length;
    }
  }

  /** Returns whether the parts from number `from` match at `start`. */
  #matches(parts: readonly Part[], from: number, start: number, isAtEnd: boolean): boolean {
    const bytes = this.#bytes;
    let at = start;
    this.#work -= parts.length;
    for (let n = from; n < parts.length; n++) {
      const { accepts, min, max } = parts[n]!;
      if (min === 1 && max === 1 && at < this.#end && accepts[bytes[at]!] === 1) {
        at++;
        continue;
      }
      const first = at;
      this.#take(parts[n]!, at);
      at = this.#at;
      let count = this.#count;
      if (count < min || this.#work < 0) return false;
      if (count === min || n === parts.length - 1) continue;
      // Each part first takes as many characters as it can, and then fewer.
      const next = parts[n + 1]!;
      for (; count > min; count--) {
        if (this.#mayBegin(next, at) && this.#matches(parts, n + 1, at, isAtEnd)) return true;
        if (this.#work < 0) {
          this.#isSure = false;
          return false;
        }
        at = this.#before(at, first);
      }
    }
    if (at === this.#end || !isAtEnd) return true;
    // Java's `$` also matches before a line's end, which is not sure to be none.
    this.#lengthAt(at);
    return false;
  }

  /** Takes as many characters from `start` as the part accepts. Sets `#at` and `#count`. */
  #take({ accepts, acceptsOthers, max }: Part, start: number): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = start;
    let count = 0;
    while (at < end && count < max) {
      const byte = bytes[at]!;
      if (byte < 0x80 && byte !== backslash) {
        if (accepts[byte] === 0) break;
        at++;
      } else {
        const length = this.#lengthAt(at);
        if (length === 0 || !acceptsOthers) break;
        at += length;
      }
      count++;
    }
    this.#at = at;
    this.#count = count;
    this.#work -= count + 1;
    if (this.#work < 0) this.#isSure = false;
  }

  /** Returns false if a part certainly does not begin at `at`. */
  #mayBegin({ accepts, min }: Part, at: number): boolean {
    this.#work--;
    const byte = this.#bytes[at]!;
    return min === 0 || at === this.#end || byte >= 0x80 || byte === backslash || accepts[byte] === 1;
  }

  /** Returns the length of the character at `at`, in bytes; 0 for one that a part may take for another. */
  #lengthAt(at: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at]!;
    if (byte < 0x80 && byte !== backslash) return 1;
    const length = byte === backslash ? lengthOfUnit(bytes, at) : lengthOfOther(byte, bytes[at + 1]!);
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
 * Returns the length of a character beyond ASCII that is certain to be neither a space nor a line's end in
 * any dialect; 0 for others. Those are U+0085, U+00A0, U+1680, U+2000 to U+205F, U+3000 and U+FEFF.
 */
function lengthOfOther(first: number, second: number): number {
  if (first < 0xe0) return first === 0xc2 ? 0 : 2;
  if (first >= 0xf0) return 4;
  const isUnsure =
    first === 0xe1 ||
    first === 0xef ||
    (first === 0xe2 && second < 0x82) ||
    (first === 0xe3 && second === 0x80);
  return isUnsure ? 0 : 3;
}

/** The same for an escape like `\\u00e9`; 0 for any other escape. */
function lengthOfUnit(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] !== letterU) return 0;
  const unit = unitAt(bytes, at + 2);
  const isUnsure =
    unit < 0xc0 ||
    (unit >= 0x1000 && unit < 0x2080) ||
    (unit >= 0x3000 && unit < 0x3040) ||
    (unit >= 0xd800 && unit < 0xe000) ||
    unit >= 0xf000;
  return isUnsure ? 0 : unitEscapeBytes;
}

/** Returns a faster check for a pattern of characters and classes in a row; undefined for any other. */
export function plainPatternOf(pattern: string): PlainPattern | undefined {
  const texts = sequencesIn(pattern);
  const sequences = texts.flatMap(each => sequenceOf(each) ?? []);
  return sequences.length === 0 ? undefined : new PlainPattern(sequences, sequences.length === texts.length);
}
