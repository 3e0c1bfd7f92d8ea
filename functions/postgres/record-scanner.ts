import {
  closeBrace,
  closeBracket,
  comma,
  dot,
  isBlank,
  letterE,
  lowerCaseBit,
  nine,
  openBrace,
  openBracket,
  quote,
  space,
  zero,
} from "../values/bytes.ts";
import type { Memory } from "../values/memory.ts";
import { endOrEscape } from "../values/plain-text.ts";
import { Kind } from "../values/visitor.ts";
import type { Fields } from "./fields.ts";
import { factsOf, type ScannedValues } from "./scanned-values.ts";

/** A number beyond numeric is longer than this, or has an exponent. */
const surelyNumericBytes = 16_000;
const [letterF, letterN] = [0x66, 0x6e];

/**
 * Finds the values in a record of a JSON body. The body is valid, so nothing is checked again: a value is
 * what lies between its first byte and its end.
 */
export class RecordScanner<T> {
  /** Maps or lists of the record need a closer look: they hold a number that may be beyond numeric. */
  isOdd = false;
  /** Maps or lists of the record have blanks between their tokens. */
  hasBlanks = false;
  /** A name or text of the record has an escape. */
  hasEscapes = false;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fields: Fields<T>;
  readonly #values: ScannedValues;
  /** The last string that was read has an escape. */
  #isEscaped = false;
  #kind: Kind = Kind.null;
  #areNamesEscaped = false;

  /** Values are added to `values`. */
  constructor({ bytes, view }: Memory, fields: Fields<T>, values: ScannedValues) {
    this.#bytes = bytes;
    this.#view = view;
    this.#fields = fields;
    this.#values = values;
  }

  /** Scans the record at `start`. `add` makes a field of a new name. */
  scan(start: number, add: (name: string) => T): void {
    const bytes = this.#bytes;
    const fields = this.#fields;
    this.isOdd = this.hasBlanks = false;
    this.hasEscapes = this.#areNamesEscaped;
    fields.restart();
    let at = this.#skip(start + 1);
    while (bytes[at] !== closeBrace) {
      const length = fields.lengthAt(this.#view, at);
      const valueStart = this.#skip(length === 0 ? this.#endOfName(at, add) : at + length);
      this.#isEscaped = false;
      const end = this.#endOfValue(valueStart);
      const isText = this.#kind === Kind.text ? 1 : 0;
      this.#values.push(
        valueStart + isText,
        end - isText,
        factsOf(fields.position, this.#kind, this.#isEscaped),
      );
      at = this.#skip(end);
      if (bytes[at] !== closeBrace) at = this.#skip(at + 1);
    }
  }

  /** Learns the name at `at`, and what is there up to the value. Returns where that begins. */
  #endOfName(at: number, add: (name: string) => T): number {
    this.#isEscaped = false;
    const end = this.#endOfString(at + 1);
    this.#areNamesEscaped ||= this.#isEscaped;
    const valueStart = this.#skip(this.#skip(end) + 1);
    this.#fields.learn(this.#bytes, { start: at, end, length: valueStart - at }, add);
    return valueStart;
  }

  #skip(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    while (isBlank(bytes[at]!)) at++;
    return at;
  }

  /** Returns the end of the value at `at`, and sets its kind. */
  #endOfValue(at: number): number {
    const first = this.#bytes[at]!;
    if (first === quote) {
      this.#kind = Kind.text;
      return this.#endOfString(at + 1);
    }
    if (first === openBrace || first === openBracket) {
      this.#kind = first === openBrace ? Kind.map : Kind.array;
      return this.#endOfNested(at);
    }
    if (first >= letterF) {
      this.#kind = first === letterN ? Kind.null : Kind.boolean;
      return at + (first === letterF ? "false".length : "true".length);
    }
    return this.#endOfNumber(at);
  }

  #endOfNumber(start: number): number {
    const bytes = this.#bytes;
    this.#kind = Kind.integer;
    let at = start + 1;
    for (let byte = bytes[at]!; ; byte = bytes[++at]!) {
      if (byte >= zero && byte <= nine) continue;
      if (byte === dot || (byte | lowerCaseBit) === letterE) this.#kind = Kind.double;
      else if (byte === closeBrace || byte === comma || byte <= space) return at;
    }
  }

  #endOfNested(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    let depth = 0;
    do {
      const byte = bytes[at]!;
      if (byte === quote) {
        at = this.#endOfString(at + 1);
        continue;
      }
      if (byte === openBrace || byte === openBracket) depth++;
      else if (byte === closeBrace || byte === closeBracket) depth--;
      else if (byte <= space) this.hasBlanks = true;
      else if ((byte | lowerCaseBit) === letterE && bytes[at - 1]! <= nine) this.isOdd = true;
      at++;
    } while (depth > 0);
    if (at - start > surelyNumericBytes) this.isOdd = true;
    return at;
  }

  /** Returns the end of a string whose content begins at `start`: after its closing quote. */
  #endOfString(start: number): number {
    for (let at = start; ; at += 2) {
      at = endOrEscape(this.#bytes, this.#view, at);
      if (this.#bytes[at] === quote) return at + 1;
      this.#isEscaped = this.hasEscapes = true;
    }
  }
}
