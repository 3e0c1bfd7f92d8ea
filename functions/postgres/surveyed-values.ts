import { IntTuples } from "../values/int-tuples.ts";
import { Kind } from "../values/visitor.ts";
import type { RecordScanner } from "./record-scanner.ts";

/** A value's start, and in one integer its length, its field, its kind, and whether it has an escape. */
const width = 2;
const [lengthShift, fieldShift, kindShift] = [13, 6, 1];
const [lengthMax, fieldMax, kindMask] = [0x7ffff, 0x7f, 0x1f];
/** They take 16 MB. */
const valuesMax = 2_000_000;

/**
 * The places of the values that the survey has found, so that a row is written without another scan. Records
 * that have spaces between tokens, large values or many fields are missing, and those beyond `valuesMax`.
 */
export class SurveyedValues {
  readonly #values = new IntTuples(width);
  /** For each record, the index of its first value; what follows its last one is the next record's. */
  readonly #firsts: Int32Array;

  constructor(records: number) {
    this.#firsts = new Int32Array(records + 1);
  }

  /** Keeps the values of the record that was scanned last, or none of them. */
  keep(scanner: RecordScanner<unknown>): void {
    const values = this.#values;
    const first = values.count;
    // Records are about as long as the first; memory costs nothing until it is written to.
    if (first === 0) values.reserve(Math.min(valuesMax, this.#firsts.length * scanner.count));
    if (scanner.hasSpaces || first + scanner.count > valuesMax) return;
    for (let n = 0; n < scanner.count; n++) {
      const kind = scanner.kindOf(n);
      const start = scanner.startOf(n);
      const field = scanner.positionOf(n);
      const length = scanner.endOf(n) - start;
      if (length > lengthMax || field > fieldMax) {
        values.count = first;
        return;
      }
      if (kind === Kind.null) continue;
      const at = values.add();
      values.ints[at] = start;
      values.ints[at + 1] =
        (length << lengthShift) |
        (field << fieldShift) |
        (kind << kindShift) |
        (scanner.isEscaped(n) ? 1 : 0);
    }
  }

  /** Ends a record. Each must be ended, in ascending order. */
  end(record: number): void {
    this.#firsts[record + 1] = this.#values.count;
  }

  /** Returns the index of a record's first value; those up to the next record's first are its own. */
  firstOf(record: number): number {
    return this.#firsts[record]!;
  }

  startOf(n: number): number {
    return this.#values.ints[width * n]!;
  }

  endOf(n: number): number {
    return this.startOf(n) + (this.#values.ints[width * n + 1]! >>> lengthShift);
  }

  /** Returns the position of a value's field among those of its table. */
  positionOf(n: number): number {
    return (this.#values.ints[width * n + 1]! >> fieldShift) & fieldMax;
  }

  kindOf(n: number): Kind {
    return ((this.#values.ints[width * n + 1]! >> kindShift) & kindMask) as Kind;
  }

  /** Returns whether a value's text has a backslash. */
  isEscaped(n: number): boolean {
    return (this.#values.ints[width * n + 1]! & 1) === 1;
  }
}
