import { hashOf } from "../../values/hash.ts";
import { Malformed } from "../../values/scanner.ts";
import type { PieceReader } from "../piece-reader.ts";
import type { RecordSource } from "../record-source.ts";
import { lateStreamOf } from "./late-stream.ts";
import { miss } from "./miss.ts";
import type { TableShape } from "./table-shape.ts";

/** Ends the reading of a line whose record has another shape. */
const notMatched = new Malformed("", 0);

/**
 * Reads lines with any envelope: the scan reads their members in whatever order they come, and the record by
 * the shape of its stream's last one.
 */
export class OpenEnvelopes implements RecordSource {
  /** By the hash of the stream's name: a guess, which `settle` verifies. */
  readonly #byStream = new Map<number, TableShape>();
  /** The shape of the last line. */
  #last: TableShape | undefined;
  readonly #reader: PieceReader;
  readonly #readRecord: (start: number, shape: TableShape) => number;
  /** The shape by which the record of the line was read; undefined if the scan has read it. */
  #used: TableShape | undefined;
  /** The shape by which the record of the line can't be read. */
  #missed: TableShape | undefined;
  /** The shape of the line's table, once the line has been read and the table is known. */
  #only: TableShape | undefined;

  /** `readRecord` reads the record at `start` and sets the reader's fields. It returns its end, or `miss`. */
  constructor(reader: PieceReader, readRecord: (start: number, shape: TableShape) => number) {
    this.#reader = reader;
    this.#readRecord = readRecord;
  }

  /** Reads the line at `start`. `missed` is the shape by which its record can't be read. */
  read(start: number, missed: TableShape | undefined): void {
    this.#only = undefined;
    this.#missed = missed;
    if (this.#last === undefined || !this.#reader.isUtf8 || !this.#tries(start)) this.#scan(start);
  }

  /**
   * Returns whether the record of the line at `start` was read by the shape of its table, which is `shape`.
   * If it was read by another one, reads the line again.
   */
  settle(start: number, shape: TableShape | undefined): boolean {
    if (this.#used === undefined) return false;
    // Tables whose records have one shape share its slots.
    if (this.#used.record !== shape?.record) {
      this.#only = shape;
      if (shape === undefined || !this.#tries(start)) this.#scan(start);
      // The second reading may have left the record to the scan.
      if (this.#used === undefined) return false;
    }
    this.note(shape!);
    return true;
  }

  /** Whether the record of the last line was read by a shape. */
  get hasRead(): boolean {
    return this.#used !== undefined;
  }

  /** Notes the shape of the line that was read last. */
  note(shape: TableShape): void {
    if (shape === this.#last) return;
    this.#last = shape;
    this.#byStream.set(this.#hashOfStream(), shape);
  }

  /** Reads the record at the reader's position, for the scan. */
  readRecord(): boolean {
    const reader = this.#reader;
    const shape = this.#only ?? this.#guess();
    if (shape === undefined || shape === this.#missed || !shape.trust.allows()) return false;
    const end = this.#readRecord(reader.position, shape);
    if (end === miss) {
      shape.trust.miss();
      throw notMatched;
    }
    shape.trust.hit();
    this.#used = shape;
    reader.position = end;
    return true;
  }

  #guess(): TableShape | undefined {
    const { bytes, envelope, lineStart } = this.#reader;
    if (envelope.stream.present) return this.#byStream.get(this.#hashOfStream());
    if (this.#byStream.size === 1) return this.#last;
    const hash = lateStreamOf(bytes, lineStart);
    return hash === undefined ? undefined : this.#byStream.get(hash);
  }

  #hashOfStream(): number {
    const { bytes, envelope } = this.#reader;
    return hashOf(bytes, envelope.stream.contentStart, envelope.stream.contentEnd);
  }

  /** Reads the line with its record by a shape. Returns false if it must be scanned. */
  #tries(start: number): boolean {
    const reader = this.#reader;
    const { expansion } = reader;
    this.#forget();
    reader.records = this;
    try {
      reader.readMessage(start);
      // Without a stream, a fault names members of the record.
      if (this.#used === undefined || reader.envelope.stream.present) return true;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    } finally {
      reader.records = undefined;
    }
    reader.expansion = expansion;
    return false;
  }

  #scan(start: number): void {
    this.#forget();
    this.#reader.readMessage(start);
  }

  /** Forgets what is known of the record if a shape reads it. */
  #forget(): void {
    this.#used = undefined;
    this.#reader.conforms = false;
    this.#reader.hasValidKeys = false;
  }
}
