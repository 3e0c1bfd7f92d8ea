import type { Table } from "../stitchstream/tables.ts";

/** `{"action":"upsert","sequence":…,"data":…},` */
const appendBytesAround = 64;
/** The same, and `"time_extracted":"…",`. */
const typedBytesAround = 128;
/** The rest of a push record besides its names, in either encoding. */
const pushBytesAround = 160;

/** Returns the most bytes around a record's data on the wire, without those that occur once per batch. */
export function bytesAround({ keyNames, schema, namesBytes }: Table): number {
  if (schema !== undefined) return typedBytesAround;
  if (keyNames.length === 0) return appendBytesAround;
  // In transit, each name may need an extra tilde.
  return pushBytesAround + namesBytes + keyNames.length;
}
