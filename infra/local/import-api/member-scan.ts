import type { ByteWriter } from "../../../functions/values/byte-writer.ts";
import { isRepeated, isSame } from "../../../functions/values/bytes.ts";
import { cellOf } from "./columns.ts";
import { fromJson } from "./json.ts";
import { dataPointsMax, keyCharsMax } from "./refusal.ts";
import { dataPoints, toJson } from "./values.ts";

/** Something unusual: its request is read as values, and refused if it is invalid. */
export class NotPlain extends Error {}

const [quote, backslash, comma, colon, minus] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d] as const;
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d] as const;
const [zero, nine, space, letterN] = [0x30, 0x39, 0x20, 0x6e] as const;

/** Integers of so many digits have every type of a number: columns.ts. */
const smallDigitsMax = 15;
/** The beginnings of a text's cell and of a small integer's: columns.ts. */
const textCell = '"S';
const smallIntegerCell = '"f';
const escapedQuote = '\\"';

/** Scans the data of records, and writes their members as cells of the log. */
export class MemberScan {
  readonly #bytes: Buffer;
  readonly #out: ByteWriter;
  #at = 0;
  /** Where the members of the last record are: for each the bounds of its name and of its value. */
  readonly #places: number[] = [];
  #members = 0;

  constructor(bytes: Buffer, out: ByteWriter) {
    this.#bytes = bytes;
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
    let isLikeLast = true;
    if (this.#next() !== closeBrace)
      do {
        if (this.#members > 0) out.byte(comma);
        isLikeLast = this.#name(before) && isLikeLast;
        points += this.#cell();
        this.#places[4 * this.#members + 3] = this.#at;
        this.#members++;
      } while (this.#isNext(comma));
    this.#expect(closeBrace);
    out.byte(closeBrace);
    if (points > dataPointsMax || !(isLikeLast || this.#areNamesDifferent())) throw new NotPlain();
    return this.#at;
  }

  /** Writes the value of the member whose name, with its quotes, is `name`, as a part of a key. */
  writeKey(name: Uint8Array): void {
    const [bytes, out] = [this.#bytes, this.#out];
    const place = this.#placeOf(name);
    const start = this.#places[place + 2]!;
    const end = this.#places[place + 3]!;
    const first = bytes[start];
    // A text has no more characters than bytes.
    if (first === openBrace || first === openBracket || first === letterN || end - start > keyCharsMax)
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
    const end = this.#endOfString();
    if (end < 0) throw new NotPlain();
    const isSame =
      this.#members < before && isRepeated(this.#bytes, start, end, places[place]!, places[place + 1]!);
    places[place] = start;
    places[place + 1] = end;
    this.#at = end;
    this.#out.copy(this.#bytes, start, end);
    this.#expect(colon);
    this.#out.byte(colon);
    this.#next();
    places[place + 2] = this.#at;
    return isSame;
  }

  /** Writes the cell of a value. Returns its data points. */
  #cell(): number {
    const first = this.#bytes[this.#at];
    if (first === quote) {
      const end = this.#endOfString();
      if (end < 0) return this.#writeValue(this.#endOfEscaped());
      this.#out.ascii(textCell);
      this.#out.copy(this.#bytes, this.#at + 1, end);
      this.#at = end;
      return 1;
    }
    if (first === openBrace || first === openBracket) return this.#writeValue(this.#endOfNested());
    const end = this.#endOfScalar();
    if (!this.#isSmallInteger(end)) return this.#writeValue(end);
    this.#out.ascii(smallIntegerCell);
    this.#out.copy(this.#bytes, this.#at, end);
    this.#out.byte(quote);
    this.#at = end;
    return 1;
  }

  #writeValue(end: number): number {
    const value = fromJson(this.#bytes.toString("utf8", this.#at, end));
    this.#out.text(toJson(cellOf(value)));
    this.#at = end;
    return dataPoints(value);
  }

  #isSmallInteger(end: number): boolean {
    const start = this.#bytes[this.#at] === minus ? this.#at + 1 : this.#at;
    if (end - start > smallDigitsMax || (this.#bytes[start] === zero && end - start > 1)) return false;
    for (let at = start; at < end; at++) if (!isDigit(this.#bytes[at]!)) return false;
    return end > start;
  }

  /** Returns the end of the string here, behind its quote; -1 if it has an escape or a control character. */
  #endOfString(): number {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== quote) throw new NotPlain();
    for (let at = this.#at + 1; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === quote) return at + 1;
      if (byte === backslash || byte < space) return -1;
    }
    return -1;
  }

  #endOfEscaped(): number {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
    return at + 1;
  }

  #endOfNested(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    for (let depth = 0; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at];
      if (byte === quote) this.#at = this.#endOfEscaped() - 1;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) break;
    }
    const end = this.#at + 1;
    this.#at = start;
    return end;
  }

  #endOfScalar(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < bytes.length && bytes[at]! > space && bytes[at] !== comma && bytes[at] !== closeBrace) at++;
    return at;
  }

  #areNamesDifferent(): boolean {
    const names = new Set<string>();
    for (let i = 0; i < this.#members; i++)
      names.add(this.#bytes.toString("utf8", this.#places[4 * i], this.#places[4 * i + 1]));
    return names.size === this.#members;
  }

  #placeOf(name: Uint8Array): number {
    for (let place = 0; place < 4 * this.#members; place += 4)
      if (isSame(this.#bytes, this.#places[place]!, this.#places[place + 1]!, name)) return place;
    throw new NotPlain();
  }

  /** Skips white space. Returns the byte after it. */
  #next(): number | undefined {
    while (isSpace(this.#bytes[this.#at])) this.#at++;
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
const isSpace = (byte: number | undefined) =>
  byte === space || byte === 0x0a || byte === 0x0d || byte === 0x09;
