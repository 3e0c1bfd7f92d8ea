import type { Header } from "../../stitchstream/header.ts";
import type { ValueReader } from "../../stitchstream/reader.ts";
import { readerOf } from "../../stitchstream/readers.ts";
import type { Table } from "../../stitchstream/tables.ts";
import type { ByteWriter } from "../../values/byte-writer.ts";
import { newline, quote } from "../../values/bytes.ts";
import { JsonWriter } from "../../values/json-writer.ts";
import { type Memory, memoryOf } from "../../values/memory.ts";
import { Splices, splicesMax } from "../../values/splices.ts";
import { isoBytes } from "../../values/transit-scalar.ts";
import { type TransitText, TransitToJson } from "../../values/transit-to-json.ts";
import type { Visitor } from "../../values/visitor.ts";
import * as limits from "../limits.ts";
import type { Inferences } from "./inference.ts";
import { RecordPlaces } from "./record-places.ts";

/**
 * How a record's text is made self-contained: copied, with its cache codes replaced, or read and written
 * again.
 */
export const RecordForm = { verbatim: 0, spliced: 1, rewritten: 2 } as const;
export type RecordForm = (typeof RecordForm)[keyof typeof RecordForm];

/** A table's id and a record's form share an integer. */
const formBits = 2;
const formMask = 3;

/** The contents of a valid body: where its records and bookmarks are. Records are counted from 0. */
export class Contents {
  readonly bytes: Uint8Array;
  /** The same, for copies. */
  readonly memory: Memory;
  readonly tables: Table[] = [];
  readonly splices = new Splices();
  /**
   * In the body's order. If several have nothing between them, only the last is kept. An empty STATE after a
   * bookmark that holds something is dropped.
   */
  readonly bookmarks: BookmarkPlace[] = [];
  /** In the body's order. */
  readonly activations: Activation[] = [];
  header: Header = { encoding: "json", isSinger: true, end: 0, line: 1 };
  ignored = 0;
  /** The inferred schemas of tables with neither keys nor a schema, if the destination needs them. */
  inferences: Inferences | undefined;
  /** The last bookmark is a Singer tap's empty STATE, which does not replace one that holds something. */
  endsInEmptyState = false;
  readonly #places = new RecordPlaces();

  /** `bytes` must end in a newline. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.memory = memoryOf(bytes);
  }

  /** Adds the record that `reader` has just read. */
  addRecord(table: Table, reader: ValueReader): void {
    if (this.#places.count === 0) this.#reserve(reader);
    // Must be read before the record's own splices are added.
    const firstSplice = this.splices.count;
    this.#places.add(reader, firstSplice, (table.id << formBits) | this.#formOf(reader));
    if (this.tables[table.id] === undefined) this.tables[table.id] = table;
  }

  /**
   * Reserves room for all records, if lines are about as long as the first. Reserved memory costs nothing
   * until it is written to.
   */
  #reserve(reader: ValueReader): void {
    const lines = Math.ceil((1.1 * this.bytes.length) / (reader.position - reader.lineStart));
    this.#places.reserve(lines, reader);
  }

  /** Returns the record's form. Keeps its cache codes if replacing them is enough. */
  #formOf(reader: ValueReader): RecordForm {
    if (reader.standsAlone) return RecordForm.verbatim;
    if (!reader.spliceable || this.splices.count + reader.splices.count > splicesMax)
      return RecordForm.rewritten;
    this.splices.append(reader.splices, reader.position / this.bytes.length);
    return RecordForm.spliced;
  }

  /** Returns how many records each stream has, and the size of their texts, in bytes. */
  countsByStream(): Map<string, { readonly records: number; readonly bytes: number }> {
    const records = this.tables.map(() => 0);
    const bytes = this.tables.map(() => 0);
    for (let record = 0; record < this.records; record++) {
      const { id } = this.recordTable(record);
      records[id]!++;
      bytes[id]! += this.recordEnd(record) - this.recordStart(record);
    }
    const counts = new Map<string, { readonly records: number; readonly bytes: number }>();
    // Tables without records, which are only activated, leave holes.
    for (const { id, stream } of Object.values(this.tables)) {
      const other = counts.get(stream) ?? { records: 0, bytes: 0 };
      counts.set(stream, { records: other.records + records[id]!, bytes: other.bytes + bytes[id]! });
    }
    return counts;
  }

  addBookmark(bookmark: BookmarkPlace): void {
    const last = this.bookmarks.at(-1);
    this.endsInEmptyState = bookmark.isEmptyState;
    if (bookmark.isEmptyState && last?.isEmptyState === false) return;
    const isReplaced =
      last?.recordsBefore === bookmark.recordsBefore && last.activationsBefore === bookmark.activationsBefore;
    if (isReplaced) this.bookmarks.pop();
    this.bookmarks.push(bookmark);
  }

  get records(): number {
    return this.#places.count;
  }

  /**
   * The number of sequences the body uses: one per record. An activation shares a record's, or uses the
   * first.
   */
  get sequences(): number {
    return Math.max(this.records, Math.min(this.activations.length, 1));
  }

  recordStart(record: number): number {
    return this.#places.start(record);
  }

  recordEnd(record: number): number {
    return this.#places.end(record);
  }

  /** Returns the most bytes by which the record grows when it is made self-contained, or written as JSON. */
  recordGrowth(record: number): number {
    return this.#places.growth(record);
  }

  recordTable(record: number): Table {
    return this.tables[this.#places.tag(record) >> formBits]!;
  }

  recordForm(record: number): RecordForm {
    return (this.#places.tag(record) & formMask) as RecordForm;
  }

  /** Returns the index of a spliced record's first cache code; the others follow, up to the record's end. */
  firstSplice(record: number): number {
    return this.#places.firstSplice(record);
  }

  /** Returns the offset of the text of a record's `time_extracted`; 0 if it has none. */
  recordExtractedAt(record: number): number {
    return this.#places.extractedAt(record);
  }

  /** Writes a record as JSON. */
  writeJson(record: number, out: ByteWriter): void {
    const start = this.recordStart(record);
    const end = this.recordEnd(record);
    if (this.header.encoding === "json") out.copyText(this.memory, start, end);
    else if (
      this.recordForm(record) === RecordForm.rewritten ||
      !this.#writeTransit(record, { start, end, growth: this.recordGrowth(record) }, out)
    )
      this.readField(record, "record", new JsonWriter(out));
  }

  /** Writes a record's `time_extracted`, which it must have, as JSON. */
  writeExtractedAt(record: number, out: ByteWriter): void {
    const start = this.recordExtractedAt(record);
    // The text of a time has no escaped quote.
    const end = this.bytes.indexOf(quote, start + 1) + 1;
    if (this.header.encoding === "json") out.copyText(this.memory, start, end);
    else if (!this.#writeTransit(record, { start, end, growth: isoBytes }, out))
      this.readField(record, "time_extracted", new JsonWriter(out));
  }

  /** Returns false, with nothing written, if the reader must read the text again. */
  #writeTransit(
    record: number,
    text: Pick<TransitText, "start" | "end" | "growth">,
    out: ByteWriter,
  ): boolean {
    const { memory: source, splices } = this;
    return this.#toJson.write({ source, splices, firstSplice: this.firstSplice(record), ...text }, out);
  }
  readonly #toJson = new TransitToJson();

  /** Reads a field of a record's line a second time; `visitor` follows it. */
  readField(record: number, name: "record" | "time_extracted", visitor: Visitor): void {
    this.#reader ??= readerOf(this.header, this.bytes, limits);
    // The line has been read before, and so is UTF-8.
    this.#reader.isUtf8 = true;
    this.#reader.readField(this.#lineStart(this.recordStart(record)), name, visitor);
  }
  #reader: ValueReader | undefined;

  #lineStart(position: number): number {
    // The first line may follow a byte order mark.
    return Math.max(this.bytes.lastIndexOf(newline, position) + 1, this.header.end);
  }

  /** Returns the 1-based line of a record. Counts from the start of the body, as only errors need it. */
  recordLine(record: number): number {
    let line = 1;
    const start = this.recordStart(record);
    for (
      let at = this.bytes.indexOf(newline);
      at >= 0 && at < start;
      at = this.bytes.indexOf(newline, at + 1)
    )
      line++;
    return line;
  }
}

/** A message that makes a table's version replace its earlier ones. */
export interface Activation {
  readonly line: number;
  readonly table: Table;
  readonly recordsBefore: number;
}

/** Returns the sequence of the last record before an activation: singer-io/target-stitch 4.0.4. */
export const activationSequence = ({ recordsBefore }: Activation, firstSequence: bigint): bigint =>
  firstSequence + BigInt(Math.max(0, recordsBefore - 1));

export interface BookmarkPlace {
  /** The offset of its line. */
  readonly lineStart: number;
  readonly start: number;
  readonly end: number;
  readonly standsAlone: boolean;
  readonly recordsBefore: number;
  readonly activationsBefore: number;
  /** A Singer tap's STATE of null or `{}`. */
  readonly isEmptyState: boolean;
}
