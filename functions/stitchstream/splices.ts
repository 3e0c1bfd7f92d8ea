const stride = 3;

/** The cache codes of a text and what each stands for, as places in the body: `"^0"` at `code` means `[start, end)`. */
export class Splices {
  #places = new Int32Array(64 * stride);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  push(code: number, start: number, end: number): void {
    const at = this.count++ * stride;
    if (at >= this.#places.length) {
      const grown = new Int32Array(2 * this.#places.length);
      grown.set(this.#places);
      this.#places = grown;
    }
    this.#places[at] = code;
    this.#places[at + 1] = start;
    this.#places[at + 2] = end;
  }

  /** Appends all of `other`. */
  append(other: Splices): void {
    for (let i = 0; i < other.count; i++) this.push(other.code(i), other.start(i), other.end(i));
  }

  code(index: number): number {
    return this.#places[index * stride]!;
  }

  start(index: number): number {
    return this.#places[index * stride + 1]!;
  }

  end(index: number): number {
    return this.#places[index * stride + 2]!;
  }
}
