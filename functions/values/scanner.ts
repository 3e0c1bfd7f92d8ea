import {
  backslash,
  dot,
  isBlank,
  letterE,
  letterU,
  lowerCaseBit,
  minus,
  newline,
  nine,
  quote,
  zero,
} from "./bytes.ts";
import { endOfPlain, unitAt } from "./plain-text.ts";
import { endOfCharacter, textOf } from "./utf8.ts";

/**
 * A line with invalid syntax: what is wrong and how to fix it. `position` is an index into the body's bytes.
 */
export class Malformed extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** A well-formed value that no table can hold. */
export class Uncarriable extends Malformed {}

/** A body that exceeds a limit: nothing after this place is read. */
export class Exhausted extends Uncarriable {}

/** Decodes the raw content `bytes[start, end)` of a JSON string, which must have been checked before. */
export function stringOf(bytes: Uint8Array, start: number, end: number): string {
  const text = textOf(bytes, start, end);
  return text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Half of a surrogate pair, which JSON can escape and UTF-8 cannot encode. */
const halfPair = /\p{Surrogate}/u;
const halfPairs = /\p{Surrogate}/gu;

/** Replaces each half of a surrogate pair by U+FFFD: stores and terminals accept UTF-8 only. */
export const wellFormed = (text: string): string => text.replace(halfPairs, "\ufffd");

const encoder = new TextEncoder();
/** No string's content holds a newline. */
const noContent = Uint8Array.of(newline);

/**
 * Returns the bytes between the quotes of a JSON string that is `text` and has no escapes. A text with a
 * backslash or half a surrogate pair is always escaped, so no content matches it.
 */
export const contentOf = (text: string): Uint8Array =>
  asciiOf(text) ?? (text.includes("\\") || halfPair.test(text) ? noContent : encoder.encode(text));

/** Returns the bytes of a text of plain characters, faster than an encoder; undefined for others. */
function asciiOf(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80 || code === backslash) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

const isDigit = (byte: number) => byte >= zero && byte <= nine;
export const isNumberStart = (byte: number) => byte === minus || isDigit(byte);
const isHex = (byte: number) =>
  isDigit(byte) || ((byte | lowerCaseBit) >= 0x61 && (byte | lowerCaseBit) <= 0x66);

/**
 * Reads JSON tokens from bytes and checks RFC 8259's grammar and UTF-8 on the way. The bytes must end in a
 * newline: no token contains one, so no loop needs to check for the end.
 */
export abstract class TextScanner {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  position = 0;
  /**
   * Whether the last number had neither fraction nor exponent. Set by `skipNumber`, valid until the next
   * call.
   */
  integral = true;
  /** Whether the bytes that are read next are known to be UTF-8. If not, each string is checked. */
  isUtf8 = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  peek(): number {
    return this.bytes[this.position]!;
  }

  skipSpace(): void {
    const { bytes } = this;
    let { position } = this;
    for (let byte = bytes[position]; isBlank(byte!); byte = bytes[++position]);
    this.position = position;
  }

  /** Skips blanks, then consumes the next byte and returns true if it is `byte`. */
  take(byte: number): boolean {
    if (this.bytes[this.position] === byte) {
      this.position++;
      return true;
    }
    this.skipSpace();
    if (this.bytes[this.position] !== byte) return false;
    this.position++;
    return true;
  }

  expect(byte: number, what: string): void {
    if (!this.take(byte)) throw this.unexpected(what);
  }

  /** Skips a string, from its opening quote to after its closing one. */
  skipString(): void {
    const { bytes, view } = this;
    let checked = this.position + 1;
    let position = checked;
    for (;;) {
      position = endOfPlain(bytes, view, position);
      if (!this.isUtf8) this.#checkUtf8(checked, position);
      checked = position;
      const byte = bytes[position]!;
      if (byte === quote) break;
      if (byte === backslash) position = this.#escape(position);
      else throw this.#control(position);
    }
    this.position = position + 1;
  }

  /** number = [ "-" ] ( "0" / 1-9 *DIGIT ) [ "." 1*DIGIT ] [ ( "e" / "E" ) [ "+" / "-" ] 1*DIGIT ] */
  skipNumber(): void {
    const { bytes } = this;
    if (bytes[this.position] === minus) this.position++;
    if (bytes[this.position] === zero) this.position++;
    else this.#digits();
    this.integral = true;
    if (bytes[this.position] === dot) {
      this.integral = false;
      this.position++;
      this.#digits();
    }
    if ((bytes[this.position]! | lowerCaseBit) === letterE) {
      this.integral = false;
      this.position++;
      if (bytes[this.position] === 0x2b || bytes[this.position] === minus) this.position++;
      this.#digits();
    }
    if (isDigit(this.peek())) throw new Malformed("a number has a leading zero", this.position);
  }

  /** `word` is true, false or null. */
  skipWord(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.position + i] !== word.charCodeAt(i)) throw this.unexpected("a value");
    }
    this.position += word.length;
  }

  unexpected(what: string): Malformed {
    this.skipSpace();
    const byte = this.peek();
    if (byte === newline || byte === undefined) {
      return new Malformed(`the line ends before ${what}: it was cut, send it whole`, this.position);
    }
    const rest = String.fromCharCode(...this.bytes.subarray(this.position, this.position + 9));
    if (/^(NaN|-?Infinity)/.test(rest)) {
      return new Malformed(
        "NaN and infinities have no JSON form: send null, or omit the field",
        this.position,
      );
    }
    return new Malformed(`${what} is expected here`, this.position);
  }

  #digits(): void {
    const { bytes } = this;
    const start = this.position;
    let position = start;
    while (isDigit(bytes[position]!)) position++;
    this.position = position;
    if (position === start)
      throw this.unexpected(start > 0 && bytes[start - 1] === minus ? "a number" : "a digit");
  }

  #escape(position: number): number {
    if (this.bytes[position + 1] !== letterU) throw new Malformed("an unknown escape in a string", position);
    const unit = this.#hex4(position + 2);
    if (unit < 0xd800 || unit > 0xdfff) return position + 6;
    if (unit < 0xdc00 && this.bytes[position + 6] === backslash && this.bytes[position + 7] === letterU) {
      const low = this.#hex4(position + 8);
      if (low >= 0xdc00 && low <= 0xdfff) return position + 12;
    }
    this.onHalfPair(position);
    return position + 6;
  }

  /**
   * Handles an escape at `position` that is half a surrogate pair, which JSON allows: RFC 8259 section 8.2.
   * Throws if the encoding doesn't.
   */
  protected abstract onHalfPair(position: number): void;

  #hex4(position: number): number {
    const unit = unitAt(this.bytes, position);
    if (unit >= 0) return unit;
    let at = position;
    while (isHex(this.bytes[at]!)) at++;
    throw new Malformed("\\u requires four hexadecimal digits", at);
  }

  #checkUtf8(start: number, end: number): void {
    for (let at = start; at < end; ) {
      const next = endOfCharacter(this.bytes, at);
      if (next === undefined) throw new Malformed("bytes that are not UTF-8: encode the stream as UTF-8", at);
      at = next;
    }
  }

  #control(position: number): Malformed {
    this.position = position;
    if (this.bytes[position] === newline) return this.unexpected("the end of a string");
    return new Malformed("a control character in a string: escape it as \\u00XX", position);
  }
}
