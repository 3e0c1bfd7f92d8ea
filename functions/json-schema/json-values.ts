import {
  closeBrace,
  closeBracket,
  dot,
  isBlank,
  isOfNumber,
  letterE,
  lowerCaseBit,
  openBrace,
  openBracket,
  quote,
} from "../values/bytes.ts";
import { endOfContent } from "../values/plain-text.ts";
import { isInt64At } from "../values/transit-scalar.ts";
import { Kind } from "../values/visitor.ts";
import { typesOfScalars } from "./scalars.ts";
import { typeBits } from "./types.ts";
import { ValueCells } from "./value-cells.ts";

const { fractional, array, object } = typeBits;
/** A number with a fraction, an exponent or more than 64 bits does not have the type `integer`. */
const typesInJson = [...typesOfScalars];
typesInJson[Kind.double] = fractional;
typesInJson[Kind.map] = object;
typesInJson[Kind.array] = array;
/** The lengths of `null`, `true` and `false`, by their first bytes. */
const literalChars: Readonly<Record<number, number>> = { 110: 4, 116: 4, 102: 5 };
const letterN = 0x6e;

/** Reads one JSON value after the other into cells. */
export class JsonValues extends ValueCells {
  #at = 0;

  /** Reads the value at `start`, valid JSON on one line, without a name twice in a map. */
  read(bytes: Uint8Array, start: number): void {
    this.begin(bytes);
    this.names.makeRoom();
    this.kindTypes = typesInJson;
    this.#at = start;
    this.#value();
  }

  /** Takes a scalar that was read before. Returns false for a kind that JSON doesn't have. */
  readScalar(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean {
    if (typesOfScalars[kind] === undefined) return false;
    this.begin(bytes);
    // One of transit's numbers may be written as an integer or not.
    this.kindTypes = typesOfScalars;
    this.fill(this.newCell(), kind, start, end);
    return true;
  }

  /** Returns a member's name as a text. It is a value until the next call. */
  nameAsText(member: number): number {
    const start = this.nameStartOf(member);
    const text = this.newCell();
    this.fill(text, Kind.text, start, endOfContent(this.bytes, start));
    this.length = text;
    return text;
  }

  /** Reads the value at the current place. Returns its cell. */
  #value(): number {
    const cell = this.newCell();
    const first = this.#next();
    const start = this.#at;
    if (first === quote) {
      const end = endOfContent(this.bytes, start + 1);
      this.#at = end + 1;
      this.fill(cell, Kind.text, start + 1, end);
    } else if (first === openBrace) this.#map(cell);
    else if (first === openBracket) this.#array(cell);
    else if (literalChars[first] !== undefined) {
      this.#at += literalChars[first]!;
      this.fill(cell, first === letterN ? Kind.null : Kind.boolean, start, this.#at);
    } else this.#number(cell);
    return cell;
  }

  #number(cell: number): void {
    const { bytes } = this;
    const start = this.#at;
    let isWhole = true;
    let end = start;
    for (; isOfNumber(bytes[end]!); end++)
      if (bytes[end] === dot || (bytes[end]! | lowerCaseBit) === letterE) isWhole = false;
    this.#at = end;
    // The Import API's integers have 64 bits: import-api.md section 2.
    const isInteger = isWhole && isInt64At(bytes, start, end);
    this.fill(cell, isInteger ? Kind.integer : Kind.double, start, end);
  }

  #map(cell: number): void {
    const start = this.#at++;
    let count = 0;
    for (let byte = this.#next(); byte !== closeBrace; byte = this.#next()) {
      // A comma, except before the first name.
      if (byte !== quote) {
        this.#at++;
        this.#next();
      }
      const nameStart = this.#at + 1;
      const nameEnd = endOfContent(this.bytes, nameStart);
      this.#at = nameEnd + 1;
      // The colon.
      this.#next();
      this.#at++;
      this.nameMember(this.#value(), nameStart, nameEnd);
      count++;
    }
    this.#at++;
    this.fill(cell, Kind.map, start, this.#at);
    this.setCount(cell, count);
  }

  #array(cell: number): void {
    const start = this.#at++;
    let count = 0;
    for (let byte = this.#next(); byte !== closeBracket; byte = this.#next()) {
      // A comma, except before the first element.
      if (count > 0) this.#at++;
      this.#value();
      count++;
    }
    this.#at++;
    this.fill(cell, Kind.array, start, this.#at);
    this.setCount(cell, count);
  }

  /** Skips blanks. Returns the next byte. */
  #next(): number {
    const { bytes } = this;
    while (isBlank(bytes[this.#at]!)) this.#at++;
    return bytes[this.#at]!;
  }
}
