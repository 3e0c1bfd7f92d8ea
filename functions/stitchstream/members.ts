import type { Kind } from "./visitor.ts";

const stride = 5;

/**
 * The members of one map, or the elements of one array, as places in the body: nothing is built. Reused from line to
 * line.
 */
export class Members {
  #places = new Int32Array(64 * stride);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /** `[start, end)` is the value's text: between a string's quotes, else the whole token. */
  push(nameStart: number, nameEnd: number, kind: Kind, start: number, end: number): void {
    const at = this.count++ * stride;
    if (at >= this.#places.length) {
      const grown = new Int32Array(2 * this.#places.length);
      grown.set(this.#places);
      this.#places = grown;
    }
    const places = this.#places;
    places[at] = nameStart;
    places[at + 1] = nameEnd;
    places[at + 2] = kind;
    places[at + 3] = start;
    places[at + 4] = end;
  }

  nameStart(index: number): number {
    return this.#places[index * stride]!;
  }

  nameEnd(index: number): number {
    return this.#places[index * stride + 1]!;
  }

  kind(index: number): Kind {
    return this.#places[index * stride + 2]! as Kind;
  }

  start(index: number): number {
    return this.#places[index * stride + 3]!;
  }

  end(index: number): number {
    return this.#places[index * stride + 4]!;
  }
}
