import type { Header } from "../stitchstream/header.ts";
import type { Table } from "../stitchstream/tables.ts";

const stride = 4;
const newline = 0x0a;

/** A body that was read and found right: where its records and bookmarks stand. Records are counted from 0. */
export class Contents {
  readonly bytes: Uint8Array;
  readonly tables: Table[] = [];
  readonly recordsByStream = new Map<string, number>();
  /** In their order; of several with no record between them, the last. */
  readonly bookmarks: BookmarkPlace[] = [];
  header: Header = { encoding: "json", end: 0, line: 1 };
  records = 0;
  ignored = 0;
  #places = new Int32Array(1024 * stride);

  /** `bytes` end in a newline. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  addRecord(table: Table, start: number, end: number, standsAlone: boolean, growth: number): void {
    const at = this.records++ * stride;
    if (at >= this.#places.length) {
      const grown = new Int32Array(2 * this.#places.length);
      grown.set(this.#places);
      this.#places = grown;
    }
    this.#places[at] = start;
    this.#places[at + 1] = end;
    this.#places[at + 2] = growth;
    this.#places[at + 3] = 2 * table.id + (standsAlone ? 1 : 0);
    this.tables[table.id] ??= table;
    this.recordsByStream.set(table.stream, (this.recordsByStream.get(table.stream) ?? 0) + 1);
  }

  addBookmark(bookmark: BookmarkPlace): void {
    if (this.bookmarks.at(-1)?.recordsBefore === bookmark.recordsBefore) this.bookmarks.pop();
    this.bookmarks.push(bookmark);
  }

  recordStart(record: number): number {
    return this.#places[record * stride]!;
  }

  recordEnd(record: number): number {
    return this.#places[record * stride + 1]!;
  }

  /** At most so many bytes are added when the record is written anew. */
  recordGrowth(record: number): number {
    return this.#places[record * stride + 2]!;
  }

  recordTable(record: number): Table {
    return this.tables[this.#places[record * stride + 3]! >> 1]!;
  }

  /** The record's text means the same outside its line. */
  recordStandsAlone(record: number): boolean {
    return (this.#places[record * stride + 3]! & 1) === 1;
  }

  lineStart(position: number): number {
    return this.bytes.lastIndexOf(newline, position) + 1;
  }

  /** The 1-based line of a record, counted anew: only errors ask. */
  recordLine(record: number): number {
    let line = 1;
    const start = this.recordStart(record);
    for (let at = this.bytes.indexOf(newline); at >= 0 && at < start; at = this.bytes.indexOf(newline, at + 1)) line++;
    return line;
  }
}

export interface BookmarkPlace {
  /** Where its line begins. */
  readonly lineStart: number;
  readonly start: number;
  readonly end: number;
  readonly standsAlone: boolean;
  readonly recordsBefore: number;
}
