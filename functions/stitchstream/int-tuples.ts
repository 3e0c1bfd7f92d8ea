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
    const at = this.count++ * this.#width;
    if (at >= this.ints.length) {
      const grown = new Int32Array(2 * this.ints.length);
      grown.set(this.ints);
      this.ints = grown;
    }
    return at;
  }

  clear(): void {
    this.count = 0;
  }
}
