import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { commands } from "./commands.ts";
import {
  type Answer,
  formatTable,
  listTables,
  type QueryResult,
  query,
  queryRows,
} from "./import-api/tables.ts";
import { readSettings, rowsOf } from "./settings.ts";
import { stackFileName, stackFileSchema } from "./stack-file.ts";

/** Aligning columns holds all rows in memory. */
const rowsShownMax = 10_000;

const usage = `${[
  ['"select …"', `queries the sandbox's rows, at most ${rowsShownMax}`],
  ['--json "select …"', "prints all rows, a JSON object a line, values as text"],
]
  .map(([args, does]) => `${(commands.sqlWith + args).padEnd(36)}${does}`)
  .join("\n")}
${commands.sql.padEnd(36)}lists the tables

DATA_DIR is the folder of the local stack, .local by default.`;

const dataDir = process.env.DATA_DIR || ".local";
const dir = join(dataDir, "import-api");

const lineOf = (columns: QueryResult["columns"], row: QueryResult["rows"][number]) =>
  JSON.stringify(Object.fromEntries(columns.map((column, i) => [column, row[i]])));

async function printLines({ columns, rows }: Answer): Promise<void> {
  for await (const some of rows)
    if (!process.stdout.write(some.map(row => `${lineOf(columns, row)}\n`).join("")))
      await once(process.stdout, "drain");
}

/** Returns where the rows are, if in a database: by the environment, or by the stack that is running. */
async function databaseRows(): Promise<string | undefined> {
  const { database } = readSettings(process.env);
  if (database !== undefined) return rowsOf(database);
  const text = await readFile(join(dataDir, stackFileName), "utf8").catch(() => undefined);
  return text === undefined ? undefined : stackFileSchema.parse(JSON.parse(text)).rows;
}

async function run(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return console.log(usage);
  const elsewhere = await databaseRows();
  if (elsewhere !== undefined) return console.log(`The rows are in ${elsewhere}: query them with psql.`);
  const sql = args.filter(arg => arg !== "--json").join(" ");
  if (args.includes("--json") && sql !== "") return query(dir, sql, printLines);
  const { columns, rows } = sql === "" ? await listTables(dir) : await queryRows(dir, sql, rowsShownMax + 1);
  if (args.includes("--json")) for (const row of rows) console.log(lineOf(columns, row));
  else console.log(formatTable({ columns, rows: rows.slice(0, rowsShownMax) }));
  if (rows.length > rowsShownMax) console.error("There are more rows. --json prints all of them.");
}

// Exiting deletes what a query has spilled to disk, even if it is interrupted.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader has closed the pipe.
  if (error.code === "EPIPE") process.exit();
  console.error(error.message);
  process.exit(1);
});

const tablesThere = ({ rows }: QueryResult) =>
  rows.length === 0
    ? "There are no tables yet."
    : `The tables are: ${rows.map(([name]) => name).join(", ")}.`;

run(process.argv.slice(2)).catch(async (error: Error) => {
  process.exitCode = 1;
  console.error(error.message);
  // An unreadable log is reported already.
  await listTables(dir).then(
    tables => console.error(tablesThere(tables)),
    () => {},
  );
});
