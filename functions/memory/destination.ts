import type { Contents } from "../persister/body/contents.ts";
import type { BatchWriter, Destination, Outgoing, Rules } from "../persister/destination.ts";

/** A row of a table in memory. */
interface MemoryRow {
  readonly data: Readonly<Record<string, unknown>>;
  readonly sequence: bigint;
  readonly version: bigint | undefined;
}

export interface MemoryDestination extends Destination {
  /** Returns a stream's rows, by their sequences. */
  rows(stream: string): readonly MemoryRow[];
}

interface Table {
  readonly rows: Map<string, MemoryRow>;
  active: bigint;
}

const utf8 = new TextDecoder();
const recordBytesAround = 64;

/** A destination that keeps rows of JSON bodies in memory, as a database keeps them. */
export function memoryDestination(rules: Rules): MemoryDestination {
  const tables = new Map<string, Table>();
  const tableOf = (stream: string) => {
    const table = tables.get(stream) ?? { rows: new Map(), active: -1n };
    tables.set(stream, table);
    return table;
  };
  return {
    name: "The memory",
    identity: { name: "memory" },
    rules,
    sizes: { bytesAround: () => recordBytesAround, schemaBytes: () => 0 },
    prepare: async outgoing => writerOf(outgoing, tableOf),
    rows: stream =>
      [...tableOf(stream).rows.values()].sort((left, right) => (left.sequence < right.sequence ? -1 : 1)),
  };
}

function writerOf(outgoing: Outgoing, tableOf: (stream: string) => Table): BatchWriter {
  return {
    async write({ records, activation }) {
      for (const record of records) put(record, outgoing, tableOf);
      if (activation !== undefined)
        activate(tableOf(activation.table.stream), BigInt(activation.table.version!));
      return { kind: "accepted", attempts: 1 };
    },
  };
}

function put(record: number, outgoing: Outgoing, tableOf: (stream: string) => Table): void {
  const { contents, delivery, firstSequence } = outgoing;
  const { stream, keyNames, version: digits } = contents.recordTable(record);
  const { rows, active } = tableOf(stream);
  const version = digits === undefined ? undefined : BigInt(digits);
  if (version !== undefined && version < active) return;
  const data = dataOf(contents, record);
  const key = keyNames.length === 0 ? [delivery, record] : keyNames.map(name => data[name]);
  const sequence = firstSequence + BigInt(record);
  const id = JSON.stringify(key);
  const there = rows.get(id);
  if (there === undefined || isNewer({ version, sequence }, there)) rows.set(id, { data, sequence, version });
}

type Age = Pick<MemoryRow, "version" | "sequence">;
const isNewer = (row: Age, there: Age) =>
  row.version === undefined || there.version === undefined || row.version === there.version
    ? row.sequence > there.sequence
    : row.version > there.version;

function activate(table: Table, version: bigint): void {
  if (version < table.active) return;
  table.active = version;
  for (const [id, row] of table.rows)
    if (row.version !== undefined && row.version < version) table.rows.delete(id);
}

const dataOf = (contents: Contents, record: number) =>
  JSON.parse(
    utf8.decode(contents.bytes.subarray(contents.recordStart(record), contents.recordEnd(record))),
  ) as Record<string, unknown>;
