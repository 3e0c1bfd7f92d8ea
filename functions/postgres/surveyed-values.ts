import { ScannedValues } from "./scanned-values.ts";

/** They take 24 MB. */
const valuesMax = 2_000_000;

/**
 * The places of the values that the survey has found, so that a row is written without another scan. Some
 * records are missing, such as those beyond 2,000,000 values.
 */
export class SurveyedValues {
  readonly places = new ScannedValues();
  /** For each record, the index of its first value; what follows its last one is the next record's. */
  readonly #firsts: Int32Array;

  constructor(records: number) {
    this.#firsts = new Int32Array(records + 1);
  }

  /** Ends a record, whose values are the latest in `places`. Each must be ended, in ascending order. */
  end(record: number, isKept: boolean): void {
    const { places } = this;
    const first = this.#firsts[record]!;
    if (!isKept || places.count > valuesMax) places.count = first;
    // Records are about as long as the first; memory costs nothing until it is written to.
    else if (first === 0) places.reserve(Math.min(valuesMax, this.#firsts.length * places.count));
    this.#firsts[record + 1] = places.count;
  }

  /** Returns the index of a record's first value; those up to the next record's first are its own. */
  firstOf(record: number): number {
    return this.#firsts[record]!;
  }
}
