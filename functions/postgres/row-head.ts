import { ByteWriter } from "../values/byte-writer.ts";
import { writeInt64 } from "./binary.ts";
import { Cell } from "./cell.ts";
import type { Shared } from "./statements.ts";

/** A row begins with its sequence and `constants`. */
export interface RowHeadFacts {
  readonly firstSequence: bigint;
  readonly constants: readonly Shared[];
}

const wordBytes = 4;
const wordRange = 2 ** 32;
const countBytes = 2;
const sequenceBytes = 8;
const sequenceAt = countBytes + wordBytes;

/** The beginning of a table's rows in COPY's binary format: the number of columns, and the first of them. */
export class RowHead {
  readonly #words: readonly number[];
  readonly #length: number;
  readonly #high: number;
  readonly #low: number;

  /** `cells` is the number of columns that follow. */
  constructor(cells: number, { firstSequence, constants }: RowHeadFacts) {
    const out = new ByteWriter();
    const { view } = out.reserve(sequenceAt + sequenceBytes);
    view.setInt16(0, 1 + constants.length + cells);
    view.setInt32(countBytes, sequenceBytes);
    out.length = writeInt64(firstSequence, view, sequenceAt);
    for (const { text, type } of constants) {
      const cell = new Cell(type);
      cell.placeText(text);
      cell.write(out);
    }
    this.#length = out.length;
    // What is read beyond the end is overwritten by the next column.
    const { view: written } = out.reserve(wordBytes);
    this.#words = Array.from({ length: Math.ceil(out.length / wordBytes) }, (_, n) =>
      written.getInt32(n * wordBytes),
    );
    this.#high = Number(firstSequence >> 32n);
    this.#low = Number(BigInt.asUintN(32, firstSequence));
  }

  /** Appends the beginning of a record's row. */
  write(record: number, out: ByteWriter): void {
    const words = this.#words;
    const { view } = out.reserve(words.length * wordBytes);
    const at = out.length;
    for (let n = 0; n < words.length; n++) view.setInt32(at + n * wordBytes, words[n]!);
    const low = this.#low + record;
    view.setInt32(at + sequenceAt, this.#high + Math.floor(low / wordRange));
    view.setInt32(at + sequenceAt + wordBytes, low);
    out.length += this.#length;
  }
}
