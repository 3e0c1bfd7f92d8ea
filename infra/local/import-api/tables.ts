import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance, DuckDBTimestampTZValue } from "@duckdb/node-api";
import { Instant } from "./instants.ts";
import { createViews, loadLog, readTables } from "./load.ts";
import { logPathOf } from "./log.ts";

export interface QueryResult {
  readonly columns: readonly string[];
  /** Values as text with every digit; null is NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}

type Rows = QueryResult["rows"];

/** An answer of any length. */
export interface Answer {
  readonly columns: readonly string[];
  /** Some thousand at a time. */
  readonly rows: AsyncIterable<Rows>;
}

/** Measured with 10 million rows on 2 cores; the process has 0.3 GB more. */
const settings = { memory_limit: "1GB", threads: "2", autoinstall_known_extensions: "false" };

/** Runs `read` on a DuckDB that has loaded the log in `dir`. It spills to that folder if memory is short. */
async function withLog<T>(dir: string, read: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const temporary = join(dir, `sql-${randomUUID()}`);
  const clear = () => rmSync(temporary, { recursive: true, force: true });
  process.once("exit", clear);
  const instance = await DuckDBInstance.create(":memory:", { ...settings, temp_directory: temporary });
  const connection = await instance.connect();
  try {
    await loadLog(connection, logPathOf(dir));
    return await read(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
    process.off("exit", clear);
    clear();
  }
}

/** Runs a DuckDB query over the rows in `dir`, with `listTables`' names. Rejects with DuckDB's message. */
export const query = <T>(dir: string, sql: string, read: (answer: Answer) => Promise<T>): Promise<T> =>
  withLog(dir, async connection => {
    await createViews(connection);
    const result = await connection.stream(sql);
    return read({ columns: result.columnNames(), rows: textsOf(result) });
  });

async function* textsOf(result: Awaited<ReturnType<DuckDBConnection["stream"]>>): AsyncGenerator<Rows> {
  for await (const rows of result.yieldRows()) yield rows.map(row => row.map(textOf));
}

/** Resolves to a query's answer as a whole, or the first `limit` rows of it. */
export const queryRows = (dir: string, sql: string, limit = Number.POSITIVE_INFINITY): Promise<QueryResult> =>
  query(dir, sql, async ({ columns, rows }) => {
    const read: (readonly (string | null)[])[] = [];
    for await (const some of rows) {
      for (const row of some) if (read.length < limit) read.push(row);
      if (read.length >= limit) break;
    }
    return { columns, rows: read };
  });

/** Lists the tables, named like their streams where SQL allows it, and their numbers of rows. */
export const listTables = (dir: string): Promise<QueryResult> =>
  withLog(dir, async connection => {
    const counts = (await readTables(connection)).map(({ name, rows }) => [name, String(rows)]);
    return { columns: ["table", "rows"], rows: counts.sort(([left], [right]) => (left! < right! ? -1 : 1)) };
  });

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof DuckDBTimestampTZValue) return String(new Instant(value.micros));
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

/** Writes line breaks and what moves a terminal's cursor as escapes. */
const printable = (text: string) =>
  text.replace(/\p{Cc}/gu, control => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
