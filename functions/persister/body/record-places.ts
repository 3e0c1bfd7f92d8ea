import type { ValueReader } from "../../stitchstream/reader.ts";
import { IntTuples } from "../../values/int-tuples.ts";
import { Kind } from "../../values/visitor.ts";

/** Where a record's text starts and ends, and its tag. */
const textWidth = 3;
/** The bytes by which a record may grow, and its first splice. */
const growthWidth = 2;

/**
 * Where a body's records are, as offsets. Writing to new memory takes a good part of the time of small
 * records, so what only some bodies need has an array of its own.
 */
export class RecordPlaces {
  readonly #texts = new IntTuples(textWidth);
  /** Empty if the body is JSON. */
  readonly #growths = new IntTuples(growthWidth);
  /** The offset of each record's `time_extracted`, or 0, up to the last record that has one. */
  readonly #times = new IntTuples(1);

  get count(): number {
    return this.#texts.count;
  }

  /** Reserves room for so many records like the one that `reader` has just read. */
  reserve(records: number, { isJson, envelope }: ValueReader): void {
    this.#texts.reserve(records);
    if (!isJson) this.#growths.reserve(records);
    if (envelope.time_extracted.present) this.#times.reserve(records);
  }

  /** Adds the record that `reader` has just read. `tag` is any number of the caller's. */
  add(reader: ValueReader, firstSplice: number, tag: number): void {
    const { record, time_extracted: time } = reader.envelope;
    if (!reader.isJson) this.#growths.addPair(reader.growth, firstSplice);
    if (time.present && time.kind !== Kind.null) {
      this.#times.addMany(this.count + 1 - this.#times.count);
      this.#times.ints[this.count] = time.textStart;
    }
    const at = this.#texts.add();
    const { ints } = this.#texts;
    ints[at] = record.textStart;
    ints[at + 1] = record.textEnd;
    ints[at + 2] = tag;
  }

  start(record: number): number {
    return this.#texts.ints[record * textWidth]!;
  }

  end(record: number): number {
    return this.#texts.ints[record * textWidth + 1]!;
  }

  tag(record: number): number {
    return this.#texts.ints[record * textWidth + 2]!;
  }

  growth(record: number): number {
    return this.#growths.count === 0 ? 0 : this.#growths.ints[record * growthWidth]!;
  }

  /** Defined for transit alone. */
  firstSplice(record: number): number {
    return this.#growths.ints[record * growthWidth + 1]!;
  }

  extractedAt(record: number): number {
    return record < this.#times.count ? this.#times.ints[record]! : 0;
  }
}
