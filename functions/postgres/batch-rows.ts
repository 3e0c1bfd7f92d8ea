import type { Batch, Outgoing, RecordIndexes } from "../persister/destination.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import { beginCopy, endCopy } from "./binary.ts";
import type { TablePlan } from "./plan.ts";
import { RowWriter } from "./row-writer.ts";
import type { Rows, Shared } from "./statements.ts";
import { own } from "./stored-table.ts";
import type { SurveyedValues } from "./surveyed-values.ts";

/** The rows of one table in a batch: `bytes` are COPY's. */
export interface EncodedRows extends Rows {
  readonly bytes: Uint8Array;
  /** The records' indexes in the delivery. */
  readonly records: RecordIndexes;
  /** The sequence of the first one. */
  readonly firstSequence: bigint;
}

interface Prepared {
  /** By the number of a table in the body. */
  readonly plans: ReadonlyMap<number, TablePlan>;
  readonly values: SurveyedValues;
}

/** Writes the rows of a batch to `out`, table by table. */
export function encodeRows(
  batch: Batch,
  outgoing: Outgoing,
  { plans, values }: Prepared,
  out: ByteWriter,
): readonly EncodedRows[] {
  out.begin(batch.bytes);
  const { contents } = outgoing;
  const ends: number[] = [];
  const groups = [...grouped(batch, contents)].map(([table, itsRecords]) => {
    const { table: stored, routes } = plans.get(table.id)!;
    const shared = sharedColumns(table, outgoing);
    const constants = stored.keyNames!.length === 0 ? shared : [];
    const head = { firstSequence: outgoing.firstSequence, constants };
    const writer = new RowWriter(contents, routes.get(table.id)!, values, head);
    beginCopy(out);
    for (const record of itsRecords) writer.write(record, out);
    endCopy(out);
    ends.push(out.length);
    const firstSequence = outgoing.firstSequence + BigInt(itsRecords[0]!);
    const { version } = table;
    return { table: stored, columns: writer.columns, version, shared, records: itsRecords, firstSequence };
  });
  // Only now does the memory no longer move.
  return groups.map((group, n) => ({ ...group, n, bytes: out.view().subarray(ends[n - 1] ?? 0, ends[n]) }));
}

/** Returns a batch's records by their tables. Only one of upserts may have several. */
function grouped({ kind, records }: Batch, contents: Outgoing["contents"]) {
  if (kind !== "upsert") return new Map<Table, RecordIndexes>([[contents.recordTable(records[0]!), records]]);
  const groups = new Map<Table, number[]>();
  for (const record of records) {
    const table = contents.recordTable(record);
    const group = groups.get(table);
    if (group === undefined) groups.set(table, [record]);
    else group.push(record);
  }
  return groups;
}

function sharedColumns({ version }: Table, { receivedAt, delivery }: Outgoing): readonly Shared[] {
  const received = new Date(receivedAt).toISOString();
  return [
    { column: own.receivedAt, text: received, type: "timestamptz" },
    { column: own.delivery, text: delivery, type: "text" },
    ...(version === undefined ? [] : [{ column: own.version, text: version, type: "bigint" as const }]),
  ];
}
