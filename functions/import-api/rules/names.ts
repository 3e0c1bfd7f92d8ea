/**
 * Names of columns and tables that the Import API's loader makes itself: docs/import-api.md section 2,
 * "Reserved names". The documentation reserves all of `_sdc` and `_rjm`; Stitch's own taps print many such
 * names, some as keys, and they load.
 */
const loadersName =
  /^_(?:sdc|rjm)_(?:received_at|batched_at|sequence|table_version|extracted_at|primary_key|rejected|level_\d+_id|source_key_.*)$/is;

/** Returns whether the loader reserves this name for a column or table of its own. */
export const isReserved = (name: string): boolean => loadersName.test(name);
