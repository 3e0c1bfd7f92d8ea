import { once } from "node:events";
import { join } from "node:path";
import {
  type Answer,
  formatTable,
  listTables,
  type QueryResult,
  query,
  queryRows,
} from "./import-api/tables.ts";

/** What a table's columns are aligned over is held as a whole. */
const rowsShownMax = 10_000;

const usage = `npm run sql -- "select …"           the rows that landed in the sandbox Import API, by DuckDB's SQL: ${rowsShownMax} at most
npm run sql -- --json "select …"    the same, a JSON object a line, values as text, all of them
npm run sql                         the tables there are

DATA_DIR says where they are, .local if it is not set.`;

const dir = join(process.env.DATA_DIR || ".local", "import-api");

const lineOf = (columns: QueryResult["columns"], row: QueryResult["rows"][number]) =>
  JSON.stringify(Object.fromEntries(columns.map((column, i) => [column, row[i]])));

async function printLines({ columns, rows }: Answer): Promise<void> {
  for await (const some of rows)
    if (!process.stdout.write(some.map(row => `${lineOf(columns, row)}\n`).join("")))
      await once(process.stdout, "drain");
}

async function run(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return console.log(usage);
  const sql = args.filter(arg => arg !== "--json").join(" ");
  if (args.includes("--json") && sql !== "") return query(dir, sql, printLines);
  const { columns, rows } = sql === "" ? await listTables(dir) : await queryRows(dir, sql, rowsShownMax + 1);
  if (args.includes("--json")) for (const row of rows) console.log(lineOf(columns, row));
  else console.log(formatTable({ columns, rows: rows.slice(0, rowsShownMax) }));
  if (rows.length > rowsShownMax) console.error(`There are more rows: --json prints all of them.`);
}

// What a query has spilled is gone when it is broken off, too.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever reads it has seen enough.
  if (error.code === "EPIPE") process.exit();
  console.error(error.message);
  process.exit(1);
});

const tablesThere = ({ rows }: QueryResult) =>
  rows.length === 0 ? "No table has landed yet." : `There are: ${rows.map(([name]) => name).join(", ")}.`;

run(process.argv.slice(2)).catch(async (error: Error) => {
  process.exitCode = 1;
  console.error(error.message);
  // A log that can't be read has been said already.
  await listTables(dir).then(
    tables => console.error(tablesThere(tables)),
    () => {},
  );
});
