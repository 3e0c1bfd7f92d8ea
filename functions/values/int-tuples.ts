/** Tuples of integers, such as offsets in a body, in one growing array, so that none costs an object. */
export class IntTuples {
  count = 0;
  ints: Int32Array;
  readonly #width: number;

  /** Each tuple has `width` integers. */
  constructor(width: number) {
    this.#width = width;
    this.ints = new Int32Array(64 * width);
  }

  /** Adds a tuple. Returns the index in `ints` of its first integer; the caller sets its integers. */
  add(): number {
    return this.addMany(1);
  }

  /** Adds `count` tuples. Returns the index in `ints` of the first one's first integer. */
  addMany(count: number): number {
    const at = this.count * this.#width;
    this.count += count;
    const needed = this.count * this.#width;
    if (needed > this.ints.length) this.grow(needed);
    return at;
  }

  /** Makes room for so many integers. */
  protected grow(needed: number): void {
    const grown = new Int32Array(Math.max(needed, 2 * this.ints.length));
    grown.set(this.ints);
    this.ints = grown;
  }

  /** Adds a pair. The width is 2. */
  addPair(first: number, second: number): void {
    const at = this.add();
    this.ints[at] = first;
    this.ints[at + 1] = second;
  }

  /** Reserves room for `count` tuples: growing step by step would hold a large array twice. */
  reserve(count: number): void {
    if (count * this.#width <= this.ints.length) return;
    const reserved = new Int32Array(count * this.#width);
    reserved.set(this.ints.subarray(0, this.count * this.#width));
    this.ints = reserved;
  }

  clear(): void {
    this.count = 0;
  }
}

/** Integers in one growing array. */
export class Ints extends IntTuples {
  constructor() {
    super(1);
  }

  push(int: number): void {
    if (this.count === this.ints.length) this.grow(this.count + 1);
    this.ints[this.count++] = int;
  }

  /** Returns the integers, valid until the next one is added. */
  view(): Int32Array {
    return this.ints.subarray(0, this.count);
  }
}
