import type { Table } from "../stitchstream/tables.ts";
import { bookmarkAt } from "./bookmark.ts";
import type { Contents } from "./contents.ts";
import { batchBytesMax, batchRecordsMax } from "./limits.ts";
import type { BatchEncoder } from "./ports.ts";
import type { Ticket, Tracker } from "./tracker.ts";

/** Records that make one request. */
export interface Batch {
  /** `upsert`: records of tables with keys. `append`: one table without. */
  readonly kind: "upsert" | "append";
  /** Their places in the delivery, rising. */
  readonly records: readonly number[];
}

export interface TrackedBatch extends Batch {
  readonly ticket: Ticket;
}

interface OpenBatch extends TrackedBatch {
  readonly records: number[];
  bytes: number;
}

/** Requests hold brackets and, for appends, the table's name; the schema's size is known when it is inferred. */
const envelopeBytes = 2_048;

/**
 * Cuts a delivery into batches below the Import API's limits, and tells the tracker where each begins and where
 * bookmarks stand. When one batch is full all open ones go, so that bookmarks become safe soon however streams interleave. The first `acceptedRecords` were
 * sent before.
 */
export function* batches(
  contents: Contents,
  encoder: BatchEncoder,
  tracker: Tracker,
  acceptedRecords = 0,
): Generator<TrackedBatch> {
  const open = new Map<string, OpenBatch>();
  // The one behind accepted records is committed already.
  let bookmark =
    acceptedRecords === 0
      ? 0
      : contents.bookmarks.filter(({ recordsBefore }) => recordsBefore <= acceptedRecords).length;
  const trackBookmarks = (records: number) => {
    while (contents.bookmarks[bookmark]?.recordsBefore === records) {
      const place = contents.bookmarks[bookmark++]!;
      tracker.bookmark(() => ({ ...bookmarkAt(contents, place), records }));
    }
  };

  for (let record = acceptedRecords; record < contents.records; record++) {
    trackBookmarks(record);
    const table = contents.recordTable(record);
    const bytes = recordBytes(contents, record, encoder.bytesAround(table));
    if (isFull(open.get(groupOf(table)), bytes)) {
      yield* open.values();
      open.clear();
    }
    add(open, table, record, bytes, tracker);
  }
  trackBookmarks(contents.records);
  yield* open.values();
}

function add(
  open: Map<string, OpenBatch>,
  table: Table,
  record: number,
  bytes: number,
  tracker: Tracker,
): void {
  const group = groupOf(table);
  let batch = open.get(group);
  if (batch === undefined) {
    const kind = group === upserts ? "upsert" : "append";
    batch = { kind, records: [], ticket: tracker.open(), bytes: envelopeBytes };
    open.set(group, batch);
  }
  batch.records.push(record);
  batch.bytes += bytes;
}

const upserts = "";
/** Upserts of all tables share a request; each table that is appended to has its own. */
const groupOf = (table: Table) => (table.keyNames.length > 0 ? upserts : table.stream);

const isFull = (batch: OpenBatch | undefined, bytes: number) =>
  batch !== undefined && (batch.records.length === batchRecordsMax || batch.bytes + bytes > batchBytesMax);

function recordBytes(contents: Contents, record: number, bytesAround: number): number {
  const length = contents.recordEnd(record) - contents.recordStart(record);
  return length + contents.recordGrowth(record) + bytesAround;
}
