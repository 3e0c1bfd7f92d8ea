/** After this many more misses than hits, a guess rests. */
const trustMax = 16;
const restLines = 64;
const trialTrust = 2;

/** Counts the hits and misses of a guess whose misses cost time, so that it rests while they prevail. */
export class Trust {
  #left = trustMax;

  get rests(): boolean {
    return this.#left <= 0;
  }

  /** Returns whether to guess for the next line. Counts the lines for which the guess rests. */
  allows(): boolean {
    if (this.#left > 0) return true;
    if (--this.#left > -restLines) return false;
    this.#left = trialTrust;
    return true;
  }

  hit(): void {
    if (this.#left < trustMax) this.#left++;
  }

  /** `cost` is that of the miss in hits. */
  miss(cost = 1): void {
    this.#left -= cost;
  }
}
