import type { Table } from "../../stitchstream/tables.ts";
import { Ints } from "../../values/int-tuples.ts";
import type { Contents } from "../body/contents.ts";
import type { Batch, BatchSizes } from "../destination.ts";
import { batchBytesMax, batchRecordsMax } from "../limits.ts";
import { Marks } from "./marks.ts";
import type { Registrar, Ticket } from "./tracker.ts";

export interface TrackedBatch extends Batch {
  readonly ticket: Ticket;
}

interface OpenBatch extends Omit<TrackedBatch, "records"> {
  readonly records: Ints;
  bytes: number;
}

const noRecords = new Int32Array();

/** Room for a request's brackets and names. A schema's size is added to it. */
const envelopeBytes = 2_048;

/**
 * Cuts a delivery into batches below the destinations' limits. Registers each batch and bookmark with the
 * tracker. When one batch is full, all open ones are sent, so that bookmarks become safe soon however streams
 * interleave. All open ones are also sent before an activation, so that it follows all its records. The first
 * `acceptedCount` records and activations are skipped: they were accepted before.
 */
export function* batches(
  contents: Contents,
  sizes: BatchSizes,
  tracker: Registrar,
  acceptedCount = 0,
): Generator<TrackedBatch> {
  const open = new OpenBatches(sizes, tracker);
  const marks = new Marks(contents, acceptedCount);
  function* mark(records: number): Generator<TrackedBatch> {
    for (let next = marks.next(records); next !== undefined; next = marks.next(records)) {
      if ("bookmark" in next) tracker.bookmark(next.bookmark);
      else {
        yield* open.close();
        yield {
          kind: "activate",
          records: noRecords,
          bytes: 0,
          activation: next.activation,
          ticket: tracker.open(),
        };
      }
    }
  }

  for (let record = marks.acceptedRecords; record < contents.records; ) {
    if (record === marks.at) yield* mark(record);
    record = open.fill(contents, record, marks.at);
    if (record < marks.at) yield* open.close();
  }
  yield* mark(contents.records);
  yield* open.close();
}

/** The batches that records are being added to, one for each group of tables. */
class OpenBatches {
  readonly #sizes: BatchSizes;
  readonly #tracker: Registrar;
  readonly #byGroup = new Map<string, OpenBatch>();
  /** By the table's id: the same batches, found without a table's group. */
  readonly #byTable: (OpenBatch | undefined)[] = [];

  constructor(sizes: BatchSizes, tracker: Registrar) {
    this.#sizes = sizes;
    this.#tracker = tracker;
  }

  /**
   * Adds the records from `from` to `end` to their tables' batches. Returns the first one for which a batch
   * has no room, or `end`.
   */
  fill(contents: Contents, from: number, end: number): number {
    for (let record = from; record < end; record++) {
      const table = contents.recordTable(record);
      const bytes = recordBytes(contents, record, this.#sizes.bytesAround(table));
      const batch = this.#byTable[table.id] ?? this.#ofGroup(table) ?? this.#begin(table);
      if (isFull(batch, bytes)) return record;
      batch.records.push(record);
      batch.bytes += bytes;
    }
    return end;
  }

  #ofGroup(table: Table): OpenBatch | undefined {
    const batch = this.#byGroup.get(groupOf(table));
    this.#byTable[table.id] = batch;
    return batch;
  }

  /** Opens a table's batch. */
  #begin(table: Table): OpenBatch {
    const group = groupOf(table);
    const kind = table.schema !== undefined ? "typed" : group === upserts ? "upsert" : "append";
    const bytesOnce = envelopeBytes + this.#sizes.schemaBytes(table);
    const batch: OpenBatch = { kind, records: new Ints(), ticket: this.#tracker.open(), bytes: bytesOnce };
    this.#byGroup.set(group, batch);
    this.#byTable[table.id] = batch;
    return batch;
  }

  /** Yields all open batches, oldest first, and closes them. */
  *close(): Generator<TrackedBatch> {
    for (const batch of this.#byGroup.values()) yield { ...batch, records: batch.records.view() };
    this.#byGroup.clear();
    this.#byTable.fill(undefined);
  }
}

const upserts = "";
/** Upserts of all tables without a schema share a request; each other table has its own. */
const groupOf = ({ schema, keyNames, id }: Table) =>
  schema === undefined && keyNames.length > 0 ? upserts : String(id);

/** Returns whether a batch has no room for another record of this size. The first one always fits. */
const isFull = ({ records: { count }, bytes }: OpenBatch, more: number): boolean =>
  count > 0 && (count === batchRecordsMax || bytes + more > batchBytesMax);

function recordBytes(contents: Contents, record: number, bytesAround: number): number {
  const length = contents.recordEnd(record) - contents.recordStart(record);
  return length + contents.recordGrowth(record) + bytesAround;
}
