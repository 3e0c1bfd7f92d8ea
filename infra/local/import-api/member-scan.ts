import type { ByteWriter } from "../../../functions/values/byte-writer.ts";
import {
  closeBrace,
  colon,
  comma,
  isSame,
  minus,
  nine,
  openBrace,
  openBracket,
  quote,
  space,
  zero,
} from "../../../functions/values/bytes.ts";
import { isSameText, type Memory } from "../../../functions/values/memory.ts";
import { endOrEscape } from "../../../functions/values/plain-text.ts";
import { cellOf } from "./columns.ts";
import { endOfEscaped, endOfNested, endOfScalar } from "./extents.ts";
import { fromJson } from "./json.ts";
import { dataPointsMax, keyCharsMax } from "./refusal.ts";
import { kindOf, type Shape } from "./shapes.ts";
import { dataPoints, toJson } from "./values.ts";

/** Something unusual: its request is read as values, and refused if it is invalid. */
export class NotPlain extends Error {}

/** Integers of so many digits have every type of a number: columns.ts. */
const smallDigitsMax = 15;
/** The beginnings of a text's cell and of a small integer's: columns.ts. */
const textCell = '"S';
const smallIntegerCell = '"f';
const escapedQuote = '\\"';
/** `null` as an integer. */
const nullBytes = 0x6e756c6c;
const firstOfNull = 0x6e;

/**
 * Scans the data of records, and writes their members as cells of the log. The text has no control
 * characters.
 */
export class MemberScan {
  readonly #bytes: Buffer;
  readonly #memory: Memory;
  readonly #out: ByteWriter;
  readonly #lastQuote: number;
  #at = 0;
  /** Where the members of the last record are: for each the bounds of its name and of its value. */
  readonly #places: number[] = [];
  #members = 0;
  /** The kinds of their cells. */
  readonly #kinds: string[] = [];
  #isLikeLast = true;

  constructor(bytes: Buffer, memory: Memory, out: ByteWriter) {
    this.#bytes = bytes;
    this.#memory = memory;
    this.#lastQuote = bytes.lastIndexOf(quote);
    this.#out = out;
  }

  /** Scans the object at `start`, and returns its end. Throws NotPlain or a SyntaxError. */
  read(start: number): number {
    const out = this.#out;
    this.#at = start;
    this.#expect(openBrace);
    out.byte(openBrace);
    const before = this.#members;
    this.#members = 0;
    let points = 0;
    let hasSameNames = true;
    this.#isLikeLast = true;
    if (this.#next() !== closeBrace)
      do {
        if (this.#members > 0) out.byte(comma);
        hasSameNames = this.#name(before) && hasSameNames;
        points += this.#cell();
        this.#places[4 * this.#members + 3] = this.#at;
        this.#members++;
      } while (this.#isNext(comma));
    this.#expect(closeBrace);
    out.byte(closeBrace);
    this.#isLikeLast &&= hasSameNames && this.#members === before;
    if (points > dataPointsMax || !(hasSameNames || this.#areNamesDifferent())) throw new NotPlain();
    return this.#at;
  }

  /** Whether the last record has the same names, with cells of the same kinds, as the one before. */
  get isLikeLast(): boolean {
    return this.#isLikeLast;
  }

  /** The names of the last record's members, and the kinds of their cells. */
  shape(): Omit<Shape, "table"> {
    const names = Array.from({ length: this.#members }, (_, i) => this.#nameAt(i));
    return { names, kinds: this.#kinds.slice(0, this.#members).join("") };
  }

  /** Writes the value of the member whose name, with its quotes, is `name`, as a part of a key. */
  writeKey(name: Uint8Array): void {
    const [bytes, out] = [this.#bytes, this.#out];
    const place = this.#placeOf(name);
    const start = this.#places[place + 2]!;
    const end = this.#places[place + 3]!;
    const first = bytes[start];
    // A text has no more characters than bytes.
    if (first === openBrace || first === openBracket || first === firstOfNull || end - start > keyCharsMax)
      throw new NotPlain();
    this.#at = start;
    if (first !== quote) out.copy(bytes, start, end);
    else if (this.#endOfString() === end) {
      out.ascii(escapedQuote);
      out.copy(bytes, start + 1, end - 1);
      out.ascii(escapedQuote);
    } else out.text(escaped(toJson(fromJson(bytes.toString("utf8", start, end)))));
  }

  /** Copies a member's name. Returns whether the last record has it in the same place. */
  #name(before: number): boolean {
    const places = this.#places;
    const place = 4 * this.#members;
    this.#next();
    const start = this.#at;
    const known = this.#members < before ? places[place + 1]! - places[place]! : 0;
    const isKnown = known > 0 && isSameText(this.#memory.view, start, places[place]!, known);
    const end = isKnown ? start + known : this.#endOfString();
    if (end < 0) throw new NotPlain();
    places[place] = start;
    places[place + 1] = end;
    this.#at = end;
    this.#out.copyText(this.#memory, start, end);
    this.#expect(colon);
    this.#out.byte(colon);
    this.#next();
    places[place + 2] = this.#at;
    return isKnown;
  }

  /** Writes the cell of a value. Returns its data points. */
  #cell(): number {
    const first = this.#bytes[this.#at];
    if (first === quote) {
      const end = this.#endOfString();
      if (end < 0) return this.#writeValue(endOfEscaped(this.#bytes, this.#at));
      this.#setKind("S");
      this.#out.ascii(textCell);
      this.#out.copyText(this.#memory, this.#at + 1, end);
      this.#at = end;
      return 1;
    }
    if (first === openBrace || first === openBracket)
      return this.#writeValue(endOfNested(this.#bytes, this.#at));
    const end = endOfScalar(this.#bytes, this.#at);
    if (this.#isNull(end)) {
      this.#setKind(kindOf(null));
      this.#out.ascii("null");
    } else {
      if (!this.#isSmallInteger(end)) return this.#writeValue(end);
      this.#setKind("f");
      this.#out.ascii(smallIntegerCell);
      this.#out.copyText(this.#memory, this.#at, end);
      this.#out.byte(quote);
    }
    this.#at = end;
    return 1;
  }

  #writeValue(end: number): number {
    const value = fromJson(this.#bytes.toString("utf8", this.#at, end));
    const cell = cellOf(value);
    this.#setKind(kindOf(cell));
    this.#out.text(toJson(cell));
    this.#at = end;
    return dataPoints(value);
  }

  #isNull(end: number): boolean {
    const at = this.#at;
    return end - at === 4 && this.#memory.view.getUint32(at) === nullBytes;
  }

  #isSmallInteger(end: number): boolean {
    const start = this.#bytes[this.#at] === minus ? this.#at + 1 : this.#at;
    if (end - start > smallDigitsMax || (this.#bytes[start] === zero && end - start > 1)) return false;
    for (let at = start; at < end; at++) if (!isDigit(this.#bytes[at]!)) return false;
    return end > start;
  }

  /** Returns the end of the string here, after its quote; -1 if it has an escape. */
  #endOfString(): number {
    const bytes = this.#bytes;
    // After the last quote, a string has no end.
    if (bytes[this.#at] !== quote || this.#at >= this.#lastQuote) throw new NotPlain();
    const end = endOrEscape(bytes, this.#memory.view, this.#at + 1);
    return bytes[end] === quote ? end + 1 : -1;
  }

  #nameAt(i: number): string {
    return this.#bytes.toString("utf8", this.#places[4 * i]! + 1, this.#places[4 * i + 1]! - 1);
  }

  #setKind(kind: string): void {
    if (this.#kinds[this.#members] === kind) return;
    this.#kinds[this.#members] = kind;
    this.#isLikeLast = false;
  }

  #areNamesDifferent(): boolean {
    const names = new Set<string>();
    for (let i = 0; i < this.#members; i++) names.add(this.#nameAt(i));
    return names.size === this.#members;
  }

  #placeOf(name: Uint8Array): number {
    for (let place = 0; place < 4 * this.#members; place += 4)
      if (isSame(this.#bytes, this.#places[place]!, this.#places[place + 1]!, name)) return place;
    throw new NotPlain();
  }

  /** Skips white space. Returns the byte after it. */
  #next(): number | undefined {
    while (this.#bytes[this.#at] === space) this.#at++;
    return this.#bytes[this.#at];
  }

  #isNext(byte: number): boolean {
    if (this.#next() !== byte) return false;
    this.#at++;
    return true;
  }

  #expect(byte: number): void {
    if (!this.#isNext(byte)) throw new NotPlain();
  }
}

/** Returns JSON as a part of a JSON string. */
export const escaped = (json: string) => JSON.stringify(json).slice(1, -1);
const isDigit = (byte: number) => byte >= zero && byte <= nine;
