import type { Table } from "../../stitchstream/tables.ts";
import type { Contents } from "../body/contents.ts";
import { batchBytesMax, batchRecordsMax } from "../limits.ts";
import type { Batch, BatchEncoder } from "../ports.ts";
import { Marks } from "./marks.ts";
import type { Registrar, Ticket } from "./tracker.ts";

export interface TrackedBatch extends Batch {
  readonly ticket: Ticket;
}

interface OpenBatch extends TrackedBatch {
  readonly records: number[];
  bytes: number;
}

/** Room for a request's brackets and names. A schema's size is added to it. */
const envelopeBytes = 2_048;

/**
 * Cuts a delivery into batches below the Import API's limits. Registers each batch and bookmark with the
 * tracker. When one batch is full, all open ones are sent, so that bookmarks become safe soon however streams
 * interleave. All open ones are also sent before an activation, so that it follows all its records. The first
 * `acceptedCount` records and activations are skipped: they were accepted before.
 */
export function* batches(
  contents: Contents,
  encoder: BatchEncoder,
  tracker: Registrar,
  acceptedCount = 0,
): Generator<TrackedBatch> {
  const open = new Map<string, OpenBatch>();
  const marks = new Marks(contents, acceptedCount);
  function* mark(records: number): Generator<TrackedBatch> {
    for (let next = marks.next(records); next !== undefined; next = marks.next(records)) {
      if ("bookmark" in next) tracker.bookmark(next.bookmark);
      else {
        yield* open.values();
        open.clear();
        yield { kind: "activate", records: [], activation: next.activation, ticket: tracker.open() };
      }
    }
  }

  for (let record = marks.acceptedRecords; record < contents.records; record++) {
    if (record === marks.at) yield* mark(record);
    const table = contents.recordTable(record);
    const bytes = recordBytes(contents, record, encoder.bytesAround(table));
    if (isFull(open.get(groupOf(table)), bytes)) {
      yield* open.values();
      open.clear();
    }
    add(open, table, record, bytes, { encoder, tracker });
  }
  yield* mark(contents.records);
  yield* open.values();
}

function add(
  open: Map<string, OpenBatch>,
  table: Table,
  record: number,
  bytes: number,
  { encoder, tracker }: { readonly encoder: BatchEncoder; readonly tracker: Registrar },
): void {
  const group = groupOf(table);
  let batch = open.get(group);
  if (batch === undefined) {
    const kind = table.schema !== undefined ? "typed" : group === upserts ? "upsert" : "append";
    const bytesOnce = envelopeBytes + encoder.schemaBytes(table);
    batch = { kind, records: [], ticket: tracker.open(), bytes: bytesOnce };
    open.set(group, batch);
  }
  batch.records.push(record);
  batch.bytes += bytes;
}

const upserts = "";
/** Upserts of all tables without a schema share a request; each other table has its own. */
const groupOf = ({ schema, keyNames, id }: Table) =>
  schema === undefined && keyNames.length > 0 ? upserts : String(id);

const isFull = (batch: OpenBatch | undefined, bytes: number) =>
  batch !== undefined && (batch.records.length === batchRecordsMax || batch.bytes + bytes > batchBytesMax);

function recordBytes(contents: Contents, record: number, bytesAround: number): number {
  const length = contents.recordEnd(record) - contents.recordStart(record);
  return length + contents.recordGrowth(record) + bytesAround;
}
