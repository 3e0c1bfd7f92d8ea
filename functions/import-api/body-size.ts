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
const measured = new WeakMap<Table, number>();
/** Records of a table come one after the other. */
let last: { readonly table: Table; readonly bytes: number } | undefined;

/** Returns the most bytes around a record's data on the wire, without those that occur once per batch. */
export function bytesAround(table: Table): number {
  if (last?.table === table) return last.bytes;
  const bytes = measured.get(table) ?? measure(table);
  measured.set(table, bytes);
  last = { table, bytes };
  return bytes;
}

function measure({ stream, keyNames, schema }: Table): number {
  if (schema !== undefined) return typedBytesAround;
  if (keyNames.length === 0) return appendBytesAround;
  // In transit, each name may need an extra tilde.
  return pushBytesAround + utf8.encode(JSON.stringify([stream, ...keyNames])).length + keyNames.length;
}

/** Returns the most bytes that a batch's records need on the wire. */
export function recordsBytes(contents: Contents, { records }: Batch): number {
  let bytes = 0;
  for (const record of records) {
    bytes += contents.recordEnd(record) - contents.recordStart(record);
    bytes += contents.recordGrowth(record) + bytesAround(contents.recordTable(record));
  }
  return bytes;
}
