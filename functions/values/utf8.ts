import { isUtf8 } from "node:buffer";
import { newline, offsetOf } from "./bytes.ts";

/**
 * Buffer's `toString` calls it, and its types lack it. For short texts it takes half the time of a
 * TextDecoder.
 */
const { utf8Slice } = Buffer.prototype as Buffer & {
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
};

/** Decodes `bytes[start, end)`, which must be UTF-8: others become U+FFFD. */
export const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  utf8Slice.call(bytes, start, end);

/** Whether a byte is one of a character's further ones. */
export const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;

/**
 * Returns the end of the character at `at`; undefined if it is not UTF-8 by Unicode's table 3-7: no overlong
 * forms, no surrogates, nothing beyond U+10FFFF.
 */
export function endOfCharacter(bytes: Uint8Array, at: number): number | undefined {
  const lead = bytes[at]!;
  const second = bytes[at + 1]!;
  if (lead < 0x80) return at + 1;
  if (!isContinuation(second)) return undefined;
  if (lead >= 0xc2 && lead <= 0xdf) return at + 2;
  if (!isContinuation(bytes[at + 2]!)) return undefined;
  if (lead >= 0xe0 && lead <= 0xef)
    return (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ? undefined : at + 3;
  if (lead < 0xf0 || lead > 0xf4 || !isContinuation(bytes[at + 3]!)) return undefined;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? undefined : at + 4;
}

/** So much is checked at once that it is still in the processor's cache when it is read. */
const windowBytes = 64 * 1024;

/** Says which lines of a body are UTF-8: several at once, by the engine. */
export class Utf8Lines {
  readonly #bytes: Uint8Array;
  /** The end of the lines that were checked. */
  #end = 0;
  #isUtf8 = true;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Returns whether the line at `start`, and those near it, are UTF-8. Lines come in their order. */
  isUtf8At(start: number): boolean {
    if (start < this.#end) return this.#isUtf8;
    const bytes = this.#bytes;
    const lineEnd = offsetOf(bytes, newline, Math.min(start + windowBytes, bytes.length - 1));
    this.#end = lineEnd < 0 ? bytes.length : lineEnd + 1;
    this.#isUtf8 = isUtf8(bytes.subarray(start, this.#end));
    return this.#isUtf8;
  }
}
