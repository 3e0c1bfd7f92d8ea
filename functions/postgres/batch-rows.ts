import type { Batch, Outgoing } from "../persister/destination.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import type { TablePlan } from "./plan.ts";
import { RowWriter } from "./row-writer.ts";
import type { Rows, Shared } from "./statements.ts";
import { own } from "./stored-table.ts";

/** The rows of one table in a batch: their COPY text is `bytes`. */
export interface EncodedRows extends Rows {
  readonly bytes: Uint8Array;
  /** The records' indexes in the batch. */
  readonly places: readonly number[];
  /** The sequence of the first one. */
  readonly firstSequence: bigint;
}

/** Writes the rows of a batch to `out`, table by table. */
export function encodeRows(
  { records, bytes }: Batch,
  outgoing: Outgoing,
  plans: ReadonlyMap<number, TablePlan>,
  out: ByteWriter,
): readonly EncodedRows[] {
  out.begin(bytes);
  const { contents } = outgoing;
  const ends: number[] = [];
  const groups = [...grouped(records, contents).values()].map(({ table, places }) => {
    const { table: stored, routes } = plans.get(table.id)!;
    const shared = sharedColumns(table, outgoing);
    const constants = stored.keyNames!.length === 0 ? shared.map(({ text }) => text) : [];
    const writer = new RowWriter(contents, routes.get(table.id)!, outgoing.firstSequence, constants);
    for (const place of places) writer.write(records[place]!, out);
    ends.push(out.length);
    const firstSequence = outgoing.firstSequence + BigInt(records[places[0]!]!);
    const { version } = table;
    return { table: stored, columns: writer.columns, version, shared, places, firstSequence };
  });
  // Only now does the memory no longer move.
  return groups.map((group, n) => ({ ...group, bytes: out.view().subarray(ends[n - 1] ?? 0, ends[n]) }));
}

function grouped(records: readonly number[], contents: Outgoing["contents"]) {
  const groups = new Map<number, { readonly table: Table; readonly places: number[] }>();
  for (const [place, record] of records.entries()) {
    const table = contents.recordTable(record);
    const group = groups.get(table.id);
    if (group === undefined) groups.set(table.id, { table, places: [place] });
    else group.places.push(place);
  }
  return groups;
}

function sharedColumns({ version }: Table, { receivedAt, delivery }: Outgoing): readonly Shared[] {
  const received = new Date(receivedAt).toISOString();
  return [
    { column: own.receivedAt, text: received, type: "timestamptz" },
    { column: own.delivery, text: delivery, type: "text" },
    ...(version === undefined ? [] : [{ column: own.version, text: version, type: "bigint" }]),
  ];
}
