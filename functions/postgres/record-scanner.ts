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
import { IntTuples } from "../values/int-tuples.ts";
import type { Memory } from "../values/memory.ts";
import { endOrEscape } from "../values/plain-text.ts";
import { Kind } from "../values/visitor.ts";
import type { Fields } from "./fields.ts";

/** A number beyond numeric is longer than this, or has an exponent. */
const surelyNumericBytes = 16_000;
const [letterF, letterN] = [0x66, 0x6e];
const width = 5;

/**
 * Finds the values in a record of a JSON body. The body is valid, so nothing is checked again: a value is
 * what lies between its first byte and its end.
 */
export class RecordScanner<T> {
  /** How many values there are; those with indexes below it are the last record's. */
  count = 0;
  /**
   * Maps or lists of the record need a closer look: they hold a number that may be beyond numeric, or blanks
   * that COPY's text can't hold.
   */
  isOdd = false;
  /** Maps or lists of the record have spaces between their tokens. */
  hasSpaces = false;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fields: Fields<T>;
  readonly #found: T[] = [];
  /** The kind, start and end of each value, whether it has an escape, and its field's position. */
  readonly #places = new IntTuples(width);
  #isEscaped = false;
  #kind: Kind = Kind.null;

  constructor({ bytes, view }: Memory, fields: Fields<T>) {
    this.#bytes = bytes;
    this.#view = view;
    this.#fields = fields;
  }

  fieldOf(n: number): T {
    return this.#found[n]!;
  }

  kindOf(n: number): Kind {
    return this.#places.ints[width * n] as Kind;
  }

  startOf(n: number): number {
    return this.#places.ints[width * n + 1]!;
  }

  endOf(n: number): number {
    return this.#places.ints[width * n + 2]!;
  }

  /** Returns whether a value's text has a backslash. */
  isEscaped(n: number): boolean {
    return this.#places.ints[width * n + 3] === 1;
  }

  /** Returns the position of a value's field among those of the table. */
  positionOf(n: number): number {
    return this.#places.ints[width * n + 4]!;
  }

  /** Scans the record at `start`. `add` makes a field of a new name. */
  scan(start: number, add: (name: string) => T): void {
    const bytes = this.#bytes;
    const fields = this.#fields;
    const places = this.#places;
    this.isOdd = this.hasSpaces = false;
    this.count = places.count = 0;
    fields.restart();
    let at = this.#skip(start + 1);
    while (bytes[at] !== closeBrace) {
      const known = fields.atName(this.#view, at);
      if (known === undefined) this.#found[this.count] = this.#ofName(at, add);
      else this.#found[this.count] = known.value;
      const position = fields.position;
      const valueStart = this.#skip(known === undefined ? this.#valueStart : at + known.length);
      this.#isEscaped = false;
      const end = this.#endOfValue(valueStart);
      this.count++;
      const place = places.add();
      const isText = this.#kind === Kind.text ? 1 : 0;
      places.ints[place] = this.#kind;
      places.ints[place + 1] = valueStart + isText;
      places.ints[place + 2] = end - isText;
      places.ints[place + 3] = this.#isEscaped ? 1 : 0;
      places.ints[place + 4] = position;
      at = this.#skip(end);
      if (bytes[at] !== closeBrace) at = this.#skip(at + 1);
    }
  }

  #valueStart = 0;

  /** Returns the field whose name is at `at`, and remembers what is there up to the value. */
  #ofName(at: number, add: (name: string) => T): T {
    const end = this.#endOfString(at + 1);
    this.#valueStart = this.#skip(this.#skip(end) + 1);
    return this.#fields.learn(this.#bytes, { start: at, end, length: this.#valueStart - at }, add);
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
      else if (byte === space) this.hasSpaces = true;
      else if (byte < space || ((byte | lowerCaseBit) === letterE && bytes[at - 1]! <= nine))
        this.isOdd = true;
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
      this.#isEscaped = true;
    }
  }
}
