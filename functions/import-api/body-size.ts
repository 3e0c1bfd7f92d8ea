import type { Contents } from "../persister/body/contents.ts";
import type { Batch } from "../persister/ports.ts";
import type { Table } from "../stitchstream/tables.ts";

/** `{"action":"upsert","sequence":…,"data":…},` */
const appendBytesAround = 64;
/** The same, and `"time_extracted":"…",`. */
const typedBytesAround = 128;
/** What a push record holds beside its names, in either encoding. */
const pushBytesAround = 160;

const utf8 = new TextEncoder();
const measured = new WeakMap<Table, number>();
/** Records of a table come one after the other. */
let last: { readonly table: Table; readonly bytes: number } | undefined;

/** At most so many bytes stand around a record's data on the wire, those aside that its batch has once. */
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
  // Each name may take a tilde more as transit.
  return pushBytesAround + utf8.encode(JSON.stringify([stream, ...keyNames])).length + keyNames.length;
}

/** At most so many bytes a batch's records take on the wire. */
export function recordsBytes(contents: Contents, { records }: Batch): number {
  let bytes = 0;
  for (const record of records) {
    bytes += contents.recordEnd(record) - contents.recordStart(record);
    bytes += contents.recordGrowth(record) + bytesAround(contents.recordTable(record));
  }
  return bytes;
}
