/** Room in front of a header, for the schemas that a segment repeats, and after the lines, for a chunk. */
const spareBytesDefault = 131_072;

/**
 * A stream's header and the lines after it that are not in a segment yet. Segments are taken without copying
 * their lines: what a segment repeats is written in front of them, and the lines after it are moved to the
 * memory of the segment before.
 */
export class LineBuffer {
  readonly #spareBytes: number;
  /** Two of them, as new large arrays would wait for the garbage collector. */
  #memory: Uint8Array;
  #other: Uint8Array;
  /** Where the header begins. */
  #at: number;
  #length = 0;
  /** The room in front of the header when lines are moved. */
  #room: number;
  /** The segment that was taken last, until its lines are dropped. */
  #taken: { readonly header: Uint8Array; readonly end: number } | undefined;

  /** `bytesExpected` are allocated twice: untouched memory costs nothing. */
  constructor(bytesExpected: number, spareBytes = spareBytesDefault) {
    this.#spareBytes = spareBytes;
    this.#room = spareBytes;
    this.#at = spareBytes;
    this.#memory = new Uint8Array(bytesExpected + 2 * spareBytes);
    this.#other = new Uint8Array(this.#memory.length);
  }

  /** The header and the lines. Valid until the buffer is changed. */
  get bytes(): Uint8Array {
    this.#dropTaken();
    return this.#memory.subarray(this.#at, this.#at + this.#length);
  }

  get length(): number {
    return this.bytes.length;
  }

  add(chunk: Uint8Array): void {
    const { bytes } = this;
    const wanted = bytes.length + chunk.length;
    if (this.#at + wanted > this.#memory.length) {
      const needed = this.#room + Math.max(wanted, 2 * bytes.length) + this.#spareBytes;
      this.#moveTo(new Uint8Array(Math.max(needed, this.#memory.length)), [bytes]);
    }
    this.#memory.set(chunk, this.#at + this.#length);
    this.#length = wanted;
  }

  /** Drops what follows the header, which ends at `headEnd`, up to `end`. */
  drop(headEnd: number, end: number): void {
    this.bytes.copyWithin(end - headEnd, 0, headEnd);
    this.#at += end - headEnd;
    this.#length -= end - headEnd;
  }

  /**
   * Takes the lines up to `end`. Returns the header, which ends at `headEnd`, `repeated`, and the lines. The
   * result is valid until the buffer is used after the next segment was taken.
   */
  take(headEnd: number, end: number, repeated: readonly Uint8Array[]): Uint8Array {
    const header = this.bytes.slice(0, headEnd);
    const bytesRepeated = repeated.reduce((sum, { length }) => sum + length, 0);
    if (bytesRepeated > this.#at) {
      // As a stream that joins repeats one more schema each time.
      this.#room = 2 * bytesRepeated;
      this.#moveTo(new Uint8Array(this.#room + this.#memory.length - this.#at), [this.bytes]);
    }
    const start = this.#at - bytesRepeated;
    let at = start;
    for (const part of [header, ...repeated]) {
      this.#memory.set(part, at);
      at += part.length;
    }
    this.#taken = { header, end };
    return this.#memory.subarray(start, this.#at + end);
  }

  #dropTaken(): void {
    if (this.#taken === undefined) return;
    const { header, end } = this.#taken;
    this.#taken = undefined;
    const last = this.#memory;
    const rest = last.subarray(this.#at + end, this.#at + this.#length);
    const isLarge = this.#other.length >= this.#room + header.length + rest.length;
    this.#moveTo(isLarge ? this.#other : new Uint8Array(last.length), [header, rest]);
    this.#other = last;
  }

  #moveTo(memory: Uint8Array, parts: readonly Uint8Array[]): void {
    this.#at = this.#room;
    this.#length = 0;
    for (const part of parts) {
      memory.set(part, this.#at + this.#length);
      this.#length += part.length;
    }
    this.#memory = memory;
  }
}
