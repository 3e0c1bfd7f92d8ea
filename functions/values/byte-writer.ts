import { copyText, type Memory, memoryOf } from "./memory.ts";

const utf8 = new TextEncoder();
/** Below this many bytes a loop is faster than `set`. */
const shortRun = 32;

/** A growing buffer of bytes, at first with room for `bytesExpected`. */
export class ByteWriter {
  #bytes: Uint8Array;
  #memory: Memory;
  length = 0;

  constructor(bytesExpected = 256) {
    this.#bytes = new Uint8Array(bytesExpected);
    this.#memory = memoryOf(this.#bytes);
  }

  /** Empties the buffer and reserves `bytesExpected`. Earlier views are no longer valid. */
  begin(bytesExpected: number): void {
    this.length = 0;
    if (bytesExpected > this.#bytes.length) this.#use(new Uint8Array(bytesExpected));
  }

  #use(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#memory = memoryOf(bytes);
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = byte;
  }

  all(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  copy(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const target = this.#bytes;
    if (end - start > shortRun) {
      target.set(bytes.subarray(start, end), this.length);
      this.length += end - start;
    } else {
      let at = this.length;
      for (let i = start; i < end; i++) target[at++] = bytes[i]!;
      this.length = at;
    }
  }

  /** Writes all of a text in UTF-8. */
  allText(text: Memory): void {
    this.copyText(text, 0, text.bytes.length);
  }

  /** Copies `[start, end)`, text in UTF-8. */
  copyText(source: Memory, start: number, end: number): void {
    this.length = copyText(source, start, end, this.reserve(end - start), this.length);
  }

  /** Writes text that must be ASCII only. */
  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.length++] = text.charCodeAt(i);
  }

  text(text: string): void {
    const bytes = utf8.encode(text);
    this.copy(bytes, 0, bytes.length);
  }

  /** Returns a view of the written bytes, valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Reserves room for `bytes` more. Returns the memory to write them to, from `length`. */
  reserve(bytes: number): Memory {
    this.#reserve(bytes);
    return this.#memory;
  }

  /** The memory that holds the written bytes, valid until the next write. */
  get memory(): Memory {
    return this.#memory;
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.view());
    this.#use(grown);
  }
}
