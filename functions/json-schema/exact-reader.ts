import {
  closeBrace,
  closeBracket,
  comma,
  isOfNumber,
  openBrace,
  openBracket,
  quote,
} from "../values/bytes.ts";
import type { Numeric } from "./exact-number.ts";

/**
 * Reads JSON like JSON.parse, slightly slower, but passes the text of each number except short integers to
 * `numberOf`. The text must have been checked before: this reader finds no faults.
 */
export class ExactReader {
  readonly #numberOf: (text: string) => Numeric;
  #text = "";
  #at = 0;
  /** The first backslash from the current position; beyond the text if there is none. */
  #backslash = 0;

  constructor(numberOf: (text: string) => Numeric) {
    this.#numberOf = numberOf;
  }

  read(text: string): unknown {
    this.#text = text;
    this.#at = 0;
    this.#backslash = this.#find("\\", 0);
    return this.#value();
  }

  #value(): unknown {
    switch (this.#next()) {
      case quote:
        return this.#string();
      case openBrace:
        return this.#map();
      case openBracket:
        return this.#array();
      case 0x74:
        return this.#word("true", true);
      case 0x66:
        return this.#word("false", false);
      case 0x6e:
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #map(): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    this.#at++;
    if (this.#takeEnd(closeBrace)) return map;
    do {
      this.#next();
      const name = this.#string();
      // The colon.
      this.#next();
      this.#at++;
      const value = this.#value();
      if (name === "__proto__") Object.defineProperty(map, name, { value, ...ownMember });
      else map[name] = value;
    } while (this.#takeComma());
    return map;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    if (this.#takeEnd(closeBracket)) return array;
    do array.push(this.#value());
    while (this.#takeComma());
    return array;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let end = text.indexOf('"', start);
    if (this.#backslash > end) {
      this.#at = end + 1;
      return text.slice(start, end);
    }
    while (this.#backslash < end) {
      const escaped = this.#backslash + 1;
      if (escaped === end) end = text.indexOf('"', end + 1);
      this.#backslash = this.#find("\\", escaped + 1);
    }
    this.#at = end + 1;
    return JSON.parse(text.slice(start - 1, end + 1)) as string;
  }

  #number(): Numeric {
    const text = this.#text;
    const start = this.#at;
    const isNegative = text.charCodeAt(start) === minus;
    let at = isNegative ? start + 1 : start;
    let digits = 0;
    let code = text.charCodeAt(at);
    for (; code >= 0x30 && code <= 0x39; code = text.charCodeAt(++at)) digits = 10 * digits + code - 0x30;
    if (!isOfNumber(code) && at - start <= plainCharsMax) {
      this.#at = at;
      return isNegative ? -digits : digits;
    }
    while (isOfNumber(text.charCodeAt(at))) at++;
    this.#at = at;
    return this.#numberOf(text.slice(start, at));
  }

  #word<T>(word: string, value: T): T {
    this.#at += word.length;
    return value;
  }

  /** Returns the first character of the next token. */
  #next(): number {
    const text = this.#text;
    let code = text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a)
      code = text.charCodeAt(++this.#at);
    return code;
  }

  #takeEnd(close: number): boolean {
    if (this.#next() !== close) return false;
    this.#at++;
    return true;
  }

  /** Consumes the comma or the end after a value. Returns whether it was a comma. */
  #takeComma(): boolean {
    const code = this.#next();
    this.#at++;
    return code === comma;
  }

  #find(what: string, from: number): number {
    const at = this.#text.indexOf(what, from);
    return at < 0 ? this.#text.length : at;
  }
}

const minus = 0x2d;
/** Integers of at most so many characters are exact as doubles: most numbers are. */
const plainCharsMax = 15;

const ownMember = { enumerable: true, configurable: true, writable: true };
