/** Tuples of integers, such as places in a body, in one growing array: none costs an object. */
export class IntTuples {
  count = 0;
  ints: Int32Array;
  readonly #width: number;

  /** `width` integers a tuple. */
  constructor(width: number) {
    this.#width = width;
    this.ints = new Int32Array(64 * width);
  }

  /** Adds a tuple: the index in `ints` of its first integer, to be set by the caller. */
  add(): number {
    return this.addMany(1);
  }

  /** Adds so many tuples at once: the index in `ints` of the first one's first integer. */
  addMany(count: number): number {
    const at = this.count * this.#width;
    this.count += count;
    const needed = this.count * this.#width;
    if (needed > this.ints.length) {
      const grown = new Int32Array(Math.max(needed, 2 * this.ints.length));
      grown.set(this.ints);
      this.ints = grown;
    }
    return at;
  }

  /** Makes room for so many tuples at once: to grow into it would hold all of it twice. */
  reserve(count: number): void {
    if (count * this.#width > this.ints.length) this.ints = new Int32Array(count * this.#width);
  }

  clear(): void {
    this.count = 0;
  }
}
