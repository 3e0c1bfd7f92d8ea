import type { Contents } from "../persister/body/contents.ts";
import type { Batch } from "../persister/ports.ts";
import type { Table } from "../stitchstream/tables.ts";

/** `{"action":"upsert","sequence":…,"data":…},` */
const appendBytesAround = 64;
/** The same, and `"time_extracted":"…",`. */
const typedBytesAround = 128;
/** What a push record holds besides its names, in either encoding. */
const pushBytesAround = 160;

const utf8 = new TextEncoder();

/** The sizes of bodies on the wire. Keeps those of each table. */
export class BodySizes {
  readonly #measured = new WeakMap<Table, number>();
  /** Consecutive records are often of one table. */
  #last: { readonly table: Table; readonly bytes: number } | undefined;

  /** Returns the most bytes around a record's data, without those that occur once per batch. */
  bytesAround(table: Table): number {
    if (this.#last?.table === table) return this.#last.bytes;
    const bytes = this.#measured.get(table) ?? bytesAroundRecords(table);
    this.#measured.set(table, bytes);
    this.#last = { table, bytes };
    return bytes;
  }

  /** Returns the most bytes that a batch's records need. */
  recordsBytes(contents: Contents, { records }: Batch): number {
    let bytes = 0;
    for (const record of records) {
      bytes += contents.recordEnd(record) - contents.recordStart(record);
      bytes += contents.recordGrowth(record) + this.bytesAround(contents.recordTable(record));
    }
    return bytes;
  }
}

function bytesAroundRecords({ stream, keyNames, schema }: Table): number {
  if (schema !== undefined) return typedBytesAround;
  if (keyNames.length === 0) return appendBytesAround;
  // In transit, each name may need an extra tilde.
  return pushBytesAround + utf8.encode(JSON.stringify([stream, ...keyNames])).length + keyNames.length;
}
