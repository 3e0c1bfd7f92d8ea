/** Fewer values tell choices apart: values that hardly ever repeat, such as amounts, are not remembered. */
const valuesMax = 100;

/**
 * Remembers which of its alternatives a map fitted, by number, after it did not fit another one because of a
 * value in one place. Often a value names the choice, such as `"kind":"card"`. That is a guess: it changes
 * the speed, never the result.
 */
export class Misfits {
  readonly #byValue = new Map<number, number>();
  #last = 0;

  /** Returns the number of the likeliest alternative for a value with this hash. */
  find(hash: number): number {
    return this.#byValue.get(hash) ?? this.#last;
  }

  note(hash: number, alternative: number): void {
    this.#last = alternative;
    if (this.#byValue.size < valuesMax || this.#byValue.has(hash)) this.#byValue.set(hash, alternative);
  }
}
