import { type DuckDBConnection, DuckDBInstance, DuckDBTimestampTZValue } from "@duckdb/node-api";
import { columnTypeOf } from "./columns.ts";
import { landedTables } from "./log.ts";
import type { LandedTable } from "./rows.ts";

export interface QueryResult {
  readonly columns: readonly string[];
  /** Values as text with every digit; null is NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Runs a query in DuckDB over what landed in `dir`, tables named as the streams are. Rejects with DuckDB's words. */
export async function queryRows(dir: string, sql: string): Promise<QueryResult> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET autoinstall_known_extensions = false");
    for (const [name, table] of await landedTables(dir)) await load(connection, name, table);
    const reader = await connection.runAndReadAll(sql);
    return { columns: reader.columnNames(), rows: reader.getRows().map(row => row.map(textOf)) };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The tables that landed, and how many rows each has. */
export async function listTables(dir: string): Promise<QueryResult> {
  const tables = [...(await landedTables(dir))].map(([name, table]) => [name, String(table.rows().length)]);
  return { columns: ["table", "rows"], rows: tables.sort() };
}

/** Reads all columns in as text, and casts them once their types are known. */
async function load(connection: DuckDBConnection, name: string, table: LandedTable): Promise<void> {
  const rows = table.rows();
  const columns = columnsOf(rows.map(({ data }) => data));
  const versioned = rows.some(({ version }) => version !== undefined);
  const names = [
    ...columns.map(column => column.name),
    "_sdc_sequence",
    ...(versioned ? ["_sdc_table_version"] : []),
  ];
  await connection.run(`CREATE TEMP TABLE loading (${names.map((_, i) => `c${i} VARCHAR`).join(", ")})`);
  const appender = await connection.createAppender("loading", null, "temp");
  for (const { data, sequence, version } of rows) {
    for (const column of columns) {
      const value = data.get(column.key) ?? null;
      if (value === null) appender.appendNull();
      else appender.appendVarchar(column.type.toText(value));
    }
    appender.appendVarchar(String(sequence));
    if (versioned) appendOrNull(appender, version);
    appender.endRow();
  }
  appender.closeSync();
  const types = [...columns.map(column => column.type.name), "BIGINT", "BIGINT"];
  const casts = names.map((column, i) => `CAST(c${i} AS ${types[i]}) AS ${quoted(column)}`);
  await connection.run(`CREATE TABLE ${quoted(name)} AS SELECT ${casts.join(", ")} FROM loading`);
  await connection.run("DROP TABLE loading");
}

function appendOrNull(
  appender: Awaited<ReturnType<DuckDBConnection["createAppender"]>>,
  value: bigint | undefined,
): void {
  if (value === undefined) appender.appendNull();
  else appender.appendVarchar(String(value));
}

type Row = LandedTable extends { rows(): (infer R)[] } ? R : never;

/** All fields of all rows, in the order they were first seen. SQL's names have no case: a second one gets a number. */
function columnsOf(rows: readonly Row["data"][]) {
  const keys = new Set(rows.flatMap(data => [...data.keys()]));
  const taken = new Set<string>(["_sdc_sequence", "_sdc_table_version"]);
  return [...keys].map(key => {
    let name = key;
    for (let n = 2; taken.has(name.toLowerCase()) || name === ""; n++) name = `${key}_${n}`;
    taken.add(name.toLowerCase());
    return { key, name, type: columnTypeOf(rows.map(data => data.get(key) ?? null)) };
  });
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof DuckDBTimestampTZValue) return new Date(Number(value.micros / 1_000n)).toISOString();
  return String(value);
}

/** Columns aligned, numbers to the right, and how many rows there are. */
export function formatTable({ columns, rows }: QueryResult): string {
  const cells = [columns, ...rows.map(row => row.map(cell => printable(cell ?? "NULL")))];
  const widths = columns.map((_, i) => Math.max(...cells.map(row => [...row[i]!].length)));
  const isNumeric = columns.map(
    (_, i) => rows.length > 0 && rows.every(row => row[i] === null || /^-?[\d.]+$/.test(row[i]!)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, i) => {
      const padding = " ".repeat(widths[i]! - [...cell].length);
      return isNumeric[i] ? padding + cell : cell + padding;
    });
  const ruler = widths.map(width => "─".repeat(width)).join("─┼─");
  const [head, ...body] = cells.map(row => line(row).join(" │ ").trimEnd());
  return [head, ruler, ...body, `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`].join("\n");
}

/** Line breaks and what moves a terminal's cursor, as escapes. */
const printable = (text: string) =>
  text.replace(/\p{Cc}/gu, control => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
