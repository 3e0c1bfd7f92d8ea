/** Fewer values tell choices apart: others, such as numbers that ever change, are not remembered. */
const valuesMax = 100;

/**
 * Remembers which shape a map fitted, after it did not fit another one because of a value in one place. Often
 * a value names the choice, such as `"kind":"card"`. That is a guess: it changes the speed, never the result.
 */
export class Misfits<Shape> {
  readonly #byValue = new Map<number, Shape>();
  #last: Shape | undefined;

  /** Returns the likeliest shape for a value with this hash. */
  find(hash: number): Shape | undefined {
    return this.#byValue.get(hash) ?? this.#last;
  }

  note(hash: number, shape: Shape): void {
    this.#last = shape;
    if (this.#byValue.size < valuesMax) this.#byValue.set(hash, shape);
  }
}
