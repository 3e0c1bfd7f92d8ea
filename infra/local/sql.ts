import { join } from "node:path";
import { formatTable, listTables, type QueryResult, queryRows } from "./import-api/tables.ts";

const usage = `npm run sql -- "select …"           the rows that landed in the sandbox Import API, by DuckDB's SQL
npm run sql -- --json "select …"    the same, a JSON object a line, values as text
npm run sql                         the tables there are

DATA_DIR says where they are, .local if it is not set.`;

const dir = join(process.env.DATA_DIR || ".local", "import-api");

const asJson = ({ columns, rows }: QueryResult) =>
  rows
    .map(row => JSON.stringify(Object.fromEntries(columns.map((column, i) => [column, row[i]]))))
    .join("\n");

async function run(args: readonly string[]): Promise<string> {
  if (args.includes("--help")) return usage;
  const sql = args.filter(arg => arg !== "--json").join(" ");
  const result = sql === "" ? await listTables(dir) : await queryRows(dir, sql);
  return args.includes("--json") ? asJson(result) : formatTable(result);
}

run(process.argv.slice(2)).then(
  text => console.log(text),
  async error => {
    const { rows } = await listTables(dir);
    const tables =
      rows.length === 0 ? "No table has landed yet." : `There are: ${rows.map(([name]) => name).join(", ")}.`;
    console.error(`${(error as Error).message}\n${tables}`);
    process.exitCode = 1;
  },
);
