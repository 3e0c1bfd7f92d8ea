/**
 * Names of columns and tables that the Import API's loader creates: docs/import-api.md section 2, "Reserved
 * names". The documentation reserves all of `_sdc` and `_rjm`, but Stitch's own taps print many such names,
 * some as keys, and they load.
 */
const own = "received_at|batched_at|sequence|table_version|extracted_at|primary_key|rejected";
const loadersName = new RegExp(String.raw`^_(?:sdc|rjm)_(?:${own}|level_\d+_id|source_key_.*)$`, "is");

/** Returns whether the loader reserves this name for a column or table of its own. */
export const isReserved = (name: string): boolean => loadersName.test(name);
