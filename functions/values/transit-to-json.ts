import type { ByteWriter } from "./byte-writer.ts";
import {
  backslash,
  caret,
  carriageReturn,
  closeBrace,
  closeBracket,
  colon,
  comma,
  dot,
  isBlank,
  openBrace,
  openBracket,
  quote,
  space,
  tab,
  tilde,
  wordBytes,
} from "./bytes.ts";
import { type Memory, memoryOf } from "./memory.ts";
import { endsIn } from "./plain-text.ts";
import type { Splices } from "./splices.ts";
import { instantOfDigits, scalarTags } from "./transit-scalar.ts";
import { Kind } from "./visitor.ts";

/** Where an instant that JavaScript printed has its fraction and its end: `2026-11-27T00:00:00.000Z`. */
const fractionAt = 19;
const isoChars = 24;
/** `"^ "` */
const markerBytes = 4;
/** The tilde and the tag. */
const tagBytes = 2;
/** The tag of instants in milliseconds. */
const letterM = 0x6d;
/** Roles of bytes outside of strings. */
const Role = { literal: 0, quote: 1, separator: 2, open: 3, close: 4, blank: 5 } as const;
const roles = new Uint8Array(256);
for (const byte of [space, tab, carriageReturn]) roles[byte] = Role.blank;
for (const byte of [comma, colon]) roles[byte] = Role.separator;
for (const byte of [openBracket, openBrace]) roles[byte] = Role.open;
for (const byte of [closeBracket, closeBrace]) roles[byte] = Role.close;
roles[quote] = Role.quote;
const nothing = memoryOf(new Uint8Array());

/** A value in a valid transit body, and where its cache codes are among the body's. */
export interface TransitText {
  readonly source: Memory;
  readonly start: number;
  readonly end: number;
  readonly splices: Splices;
  /** The index of its first code. */
  readonly firstSplice: number;
  /** The most bytes by which it grows. */
  readonly growth: number;
}

/** Deeper values are left to the reader. */
const depthMax = 64;

/** Writes values of a valid transit body as JSON, as JsonWriter does, in one pass over their text. */
export class TransitToJson {
  /** For each open container: 1 if it is in a map. */
  readonly #outer = new Uint8Array(depthMax);
  #from: Memory = nothing;
  #to: Memory = nothing;
  #at = 0;
  #length = 0;

  /**
   * Writes `text`. Returns false, with nothing written, for a value that the reader must read: one that is
   * deep, a tagged array, boolean or null, or an instant in another form than `2026-11-27T00:00:00.000Z`.
   */
  write(text: TransitText, out: ByteWriter): boolean {
    const { source, start, end, growth } = text;
    this.#from = source;
    this.#to = out.reserve(end - start + growth);
    this.#length = out.length;
    if (!this.#writeValues(text)) return false;
    // Bytes beyond the memory would be lost without an error.
    if (this.#length > this.#to.bytes.length) throw new Error("a record grew by more than was counted");
    out.length = this.#length;
    return true;
  }

  #writeValues({ start, end, splices, firstSplice }: TransitText): boolean {
    const { bytes, view } = this.#from;
    const { bytes: target, view: targetView } = this.#to;
    const lastWord = bytes.length - wordBytes;
    const outer = this.#outer;
    let splice = firstSplice;
    let depth = 0;
    let isMap = false;
    let isName = false;
    let at = start;
    let to = this.#length;
    while (at < end) {
      const byte = bytes[at++]!;
      switch (roles[byte]) {
        case Role.literal:
          target[to++] = byte;
          break;
        case Role.quote: {
          let next = bytes[at]!;
          if (next === caret || next === tilde) {
            this.#at = at;
            this.#length = to;
            if (!(next === caret ? this.#writeCode(splices, splice++, isName) : this.#writeTagged(isName)))
              return false;
            at = this.#at;
            to = this.#length;
            break;
          }
          // Repeats `#writeQuoted`: most of the text is in strings without a tag.
          target[to++] = quote;
          for (; at <= lastWord; at += wordBytes, to += wordBytes) {
            const word = view.getInt32(at, true);
            if (endsIn(word) !== 0) break;
            targetView.setInt32(to, word, true);
          }
          for (next = bytes[at]!; next !== quote; next = bytes[++at]!) {
            target[to++] = next;
            if (next === backslash) target[to++] = bytes[++at]!;
          }
          target[to++] = quote;
          at++;
          break;
        }
        case Role.separator:
          target[to++] = isName ? colon : comma;
          isName = isMap && !isName;
          break;
        case Role.open: {
          if (depth === depthMax) return false;
          outer[depth++] = isMap ? 1 : 0;
          const first = byte === openBrace ? at : afterMarker(bytes, at);
          isName = isMap = first !== 0;
          if (isMap) at = first;
          target[to++] = isMap ? openBrace : openBracket;
          break;
        }
        case Role.close:
          target[to++] = isMap ? closeBrace : closeBracket;
          isMap = outer[--depth] === 1;
          isName = false;
          break;
      }
    }
    this.#length = to;
    return true;
  }

  /** Writes what the cache code at the current place stands for. */
  #writeCode(splices: Splices, n: number, isName: boolean): boolean {
    const { bytes } = this.#from;
    const code = this.#at;
    const meaning = splices.startOf(n, code);
    if (meaning === undefined) return false;
    this.#at = meaning;
    if (bytes[meaning] !== tilde) this.#writeQuoted(meaning);
    else if (!this.#writeTagged(isName)) return false;
    // One digit or two.
    this.#at = bytes[code + 2] === quote ? code + 3 : code + 4;
    return true;
  }

  /** Writes the string at the current place, which begins with a tilde. */
  #writeTagged(isName: boolean): boolean {
    const { bytes } = this.#from;
    const tag = bytes[this.#at + 1]!;
    const kind = scalarTags[tag]?.kind ?? Kind.special;
    const start = this.#at + tagBytes;
    const isNumber = kind >= Kind.integer && kind <= Kind.decimal;
    if (kind === Kind.text) this.#writeQuoted(start - 1);
    else if (kind === Kind.keyword || kind === Kind.symbol) this.#writeQuoted(start);
    else if (isName) return false;
    else if (isNumber) this.#writeNumber(start);
    else if (tag === letterM) this.#writeInstant(start);
    else if (kind > Kind.instant || (kind === Kind.instant && this.#isAsPrinted(start)))
      this.#writeQuoted(start);
    else return false;
    return true;
  }

  /** Writes the rest of a string as one, with quotes. */
  #writeQuoted(start: number): void {
    const { bytes } = this.#from;
    const { bytes: target } = this.#to;
    let to = this.#length;
    let at = start;
    target[to++] = quote;
    for (let byte = bytes[at]!; byte !== quote; byte = bytes[++at]!) {
      target[to++] = byte;
      if (byte === backslash) target[to++] = bytes[++at]!;
    }
    target[to++] = quote;
    this.#at = at + 1;
    this.#length = to;
  }

  /** Writes the rest of a string without quotes. */
  #writeNumber(start: number): void {
    const { bytes } = this.#from;
    const { bytes: target } = this.#to;
    let at = start;
    for (; bytes[at] !== quote; at++) target[this.#length++] = bytes[at]!;
    this.#at = at + 1;
  }

  #writeInstant(start: number): void {
    const { bytes } = this.#from;
    const { bytes: target } = this.#to;
    const end = bytes.indexOf(quote, start);
    const text = `"${new Date(instantOfDigits(bytes, start, end)).toISOString()}"`;
    for (let i = 0; i < text.length; i++) target[this.#length++] = text.charCodeAt(i);
    this.#at = end + 1;
  }

  /** Returns whether the instant at `start` is written as JavaScript prints it. */
  #isAsPrinted(start: number): boolean {
    const { bytes } = this.#from;
    return bytes[start + isoChars] === quote && bytes[start + fractionAt] === dot;
  }
}

/** Returns the offset after the `"^ "` of a compact map and its comma; 0 if another value is at `start`. */
function afterMarker(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isBlank(bytes[at]!)) at++;
  if (bytes[at] !== quote || bytes[at + 1] !== caret || bytes[at + 2] !== space) return 0;
  at += markerBytes;
  while (isBlank(bytes[at]!)) at++;
  return bytes[at] === comma ? at + 1 : at;
}
