import { type Activation, activationSequence, type Contents } from "../persister/body/contents.ts";
import type {
  Batch,
  BatchWriter,
  Destination,
  Outgoing,
  Rules,
  TableResult,
} from "../persister/destination.ts";
import { ByteWriter } from "../values/byte-writer.ts";

/** A row of a table in memory. */
export interface MemoryRow {
  readonly data: Readonly<Record<string, unknown>>;
  readonly sequence: bigint;
  readonly version: bigint | undefined;
  readonly delivery: string;
}

export interface MemoryDestination extends Destination {
  /** Returns a stream's rows, by their sequences. */
  rows(stream: string): readonly MemoryRow[];
}

interface Table {
  /** By key; of a table without keys, by the record's place in its delivery. */
  readonly rows: Map<string, MemoryRow>;
  active: bigint | undefined;
  /** The sequence of the active version's activation. */
  activatedSequence: bigint;
}

const utf8 = new TextDecoder();
const recordBytesAround = 64;

/** A destination that keeps rows in memory as a database does, by the same rules as functions/postgres/. */
export function memoryDestination(rules: Rules): MemoryDestination {
  const tables = new Map<string, Table>();
  const tableOf = (stream: string) => {
    const table = tables.get(stream) ?? { rows: new Map(), active: undefined, activatedSequence: 0n };
    tables.set(stream, table);
    return table;
  };
  return {
    name: "The memory",
    identity: { name: "memory" },
    rules,
    sizes: { bytesAround: () => recordBytesAround, schemaBytes: () => 0 },
    batchesInFlightMax: 4,
    prepare: async outgoing => writerOf(outgoing, tableOf),
    rows: stream =>
      [...tableOf(stream).rows.values()].sort((left, right) => (left.sequence < right.sequence ? -1 : 1)),
  };
}

/** Each batch is written as a whole, before `write` returns its promise. */
function writerOf(outgoing: Outgoing, tableOf: (stream: string) => Table): BatchWriter {
  const counts = new Map<string, { inserted: number; updated: number; stale: number }>();
  return {
    async write(batch) {
      const { activation } = batch;
      if (activation !== undefined) activate(tableOf(activation.table.stream), activation, outgoing);
      for (const [stream, rows] of rowsByStream(batch, outgoing)) {
        const count = counts.get(stream) ?? { inserted: 0, updated: 0, stale: 0 };
        counts.set(stream, count);
        for (const row of rows) count[put(row, tableOf(stream))]++;
      }
      return { kind: "accepted", attempts: 1 };
    },
    tables: () =>
      [...counts].map(([stream, count]): TableResult => ({ stream, table: stream, ...count, changes: [] })),
  };
}

interface Incoming extends MemoryRow {
  readonly id: string;
  /** Another row of its batch has the same key and a higher sequence. */
  readonly isOutdone: boolean;
}

function rowsByStream({ records }: Batch, outgoing: Outgoing): ReadonlyMap<string, readonly Incoming[]> {
  const { contents, delivery, firstSequence } = outgoing;
  const streams = new Map<string, Incoming[]>();
  const seen = new Set<string>();
  for (const record of records.toReversed()) {
    const { id: table, stream, keyNames, version } = contents.recordTable(record);
    const sequence = firstSequence + BigInt(record);
    const data = recordData(contents, record);
    const id = JSON.stringify(
      keyNames.length === 0 ? [delivery, String(sequence)] : keyNames.map(name => data[name]),
    );
    const isOutdone = seen.has(`${table} ${id}`);
    seen.add(`${table} ${id}`);
    const row = { data, sequence, version: version === undefined ? undefined : BigInt(version), delivery };
    streams.set(stream, [{ ...row, id, isOutdone }, ...(streams.get(stream) ?? [])]);
  }
  return streams;
}

/** Writes a row unless the table has a newer one, the same one, or a newer version. */
function put({ id, isOutdone, ...row }: Incoming, table: Table): "inserted" | "updated" | "stale" {
  if (isOutdone || isReplaced(row, table)) return "stale";
  const there = table.rows.get(id);
  if (there !== undefined && !isNewer(row, there)) return "stale";
  table.rows.set(id, row);
  return there === undefined ? "inserted" : "updated";
}

type Age = Pick<MemoryRow, "version" | "sequence">;

/** The row of the higher version wins if both have one: its activation would delete the other. */
const isNewer = (row: Age, there: Age) =>
  row.version === undefined || there.version === undefined || row.version === there.version
    ? row.sequence > there.sequence
    : row.version > there.version;

/** An activation replaces rows of lower versions, and older ones without a version. */
const isReplaced = ({ version, sequence }: Age, { active, activatedSequence }: Table) =>
  active !== undefined && (version === undefined ? sequence <= activatedSequence : version < active);

function activate(table: Table, activation: Activation, { firstSequence }: Outgoing): void {
  const version = BigInt(activation.table.version!);
  const sequence = activationSequence(activation, firstSequence);
  const isHigher = table.active === undefined || version > table.active;
  if (!isHigher && (version !== table.active || sequence <= table.activatedSequence)) return;
  table.active = version;
  table.activatedSequence = sequence;
  for (const [id, row] of table.rows) if (isReplaced(row, table)) table.rows.delete(id);
}

/** Returns a record's fields as JSON has them. */
export function recordData(contents: Contents, record: number): MemoryRow["data"] {
  const out = new ByteWriter();
  contents.writeJson(record, out);
  return JSON.parse(utf8.decode(out.view())) as MemoryRow["data"];
}
