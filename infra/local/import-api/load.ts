import { existsSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { columnTypeOf, decimalTypeOf } from "./columns.ts";

/** A line holds a row of a 20 MB request, with its quotes escaped. */
const lineBytesMax = 64_000_000;
/**
 * Above any row's number: sequence × this − number is highest for the highest sequence, and of equal ones for
 * the first row.
 */
const rowsMax = 2n ** 40n;
/** Above any column's place in its row. */
const columnsMax = 1_000_000;

const columnsOfLog = {
  request: "BIGINT",
  rows: "BIGINT",
  table: "VARCHAR",
  sequence: "BIGINT",
  version: "BIGINT",
  key: "VARCHAR",
  data: "MAP(VARCHAR, VARCHAR)",
};

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
/** DuckDB's statements end at NUL. */
const literal = (text: string) => `'${text.replaceAll("'", "''").replaceAll("\0", "' || chr(0) || '")}'`;

/**
 * Returns a name for SQL, whose names have no case, no NUL, and at least a character. The second of two equal
 * names gets a number.
 */
function freeName(wanted: string, taken: Set<string>): string {
  const base = wanted.replaceAll("\0", "\ufffd");
  let name = base;
  for (let n = 2; taken.has(name.toLowerCase()) || name === ""; n++) name = `${base}_${n}`;
  taken.add(name.toLowerCase());
  return name;
}

/**
 * Reads the log, and keeps the tables' rows in `_log.landed`: for each key the row with the highest
 * sequence, all rows without keys, and after the activation of a version only its rows and those of later
 * versions. DuckDB does all the work: no row passes through this process's code.
 */
export async function loadLog(connection: DuckDBConnection, path: string): Promise<void> {
  await connection.run("ATTACH ':memory:' AS _log (COMPRESS)");
  const columns = Object.entries(columnsOfLog);
  const types = columns.map(([name, type]) => `${quoted(name)}: '${type}'`);
  // Incomplete writes are ignored: here a partial line, and below a request without its end.
  const lines = `SELECT * FROM read_json(${literal(path)}, format = 'newline_delimited', ignore_errors = true,
    maximum_object_size = ${lineBytesMax}, columns = {${types.join(", ")}})`;
  await connection.run(
    existsSync(path)
      ? `CREATE TABLE _log.line AS ${lines}`
      : `CREATE TABLE _log.line (${columns.map(([name, type]) => `${quoted(name)} ${type}`).join(", ")})`,
  );
  await connection.run(`
    CREATE VIEW _log.accepted AS
      SELECT rowid AS number, * FROM _log.line
      WHERE request IN (SELECT request FROM _log.line WHERE rows IS NOT NULL) AND rows IS NULL`);
  const [lost] = await queryShort<{ rows: bigint | null }>(
    connection,
    "SELECT sum(rows)::BIGINT - (SELECT count(*) FROM _log.accepted) AS rows FROM _log.line",
  );
  if (lost?.rows) throw new Error(`${path} is damaged: ${lost.rows} of its rows can't be read.`);
  await connection.run(`
    CREATE TABLE _log.landed AS
      WITH
        winners AS (
          SELECT
            (max(sequence)::HUGEINT * ${rowsMax}
              - max(sequence::HUGEINT * ${rowsMax} - number))::BIGINT AS number
          FROM _log.accepted WHERE key IS NOT NULL GROUP BY "table", key),
        activated AS (
          SELECT "table", max(version) AS version, arg_max(sequence, version) AS since
          FROM _log.accepted WHERE data IS NULL GROUP BY "table")
      SELECT number, "table", sequence, accepted.version, data
      FROM _log.accepted LEFT JOIN activated USING ("table")
      WHERE data IS NOT NULL
        AND (key IS NULL OR number IN (SELECT number FROM winners))
        AND (activated.version IS NULL OR accepted.version >= activated.version
          OR (accepted.version IS NULL AND sequence > since))`);
}

/** Returns the tables in the order they were first seen, with their names in queries. */
export async function readTables(connection: DuckDBConnection) {
  const found = await queryShort<{ table: string; rows: bigint; versioned: boolean | null }>(
    connection,
    `SELECT line."table", count(landed.number) AS rows, bool_or(landed.version IS NOT NULL) AS versioned
     FROM (SELECT "table", min(number) AS first FROM _log.accepted GROUP BY ALL) line
       LEFT JOIN _log.landed USING ("table")
     GROUP BY ALL ORDER BY min(first)`,
  );
  const taken = new Set<string>();
  return found.map(each => ({ ...each, name: freeName(each.table, taken) }));
}

/** Creates each table in the current schema, with typed columns. */
export async function createTables(connection: DuckDBConnection): Promise<void> {
  for (const { table, name, versioned } of await readTables(connection)) {
    const casts = (await readColumns(connection, table)).map(
      column => `${castOf(column)} AS ${quoted(column.name)}`,
    );
    const ours = ["sequence AS _sdc_sequence", ...(versioned ? ["version AS _sdc_table_version"] : [])];
    await connection.run(`CREATE TABLE ${quoted(name)} AS
      SELECT ${[...casts, ...ours].join(", ")} FROM _log.landed WHERE "table" = ${literal(table)}`);
  }
  await connection.run("DETACH _log");
}

function castOf({ key, type }: { key: string; type: string }): string {
  const text = `substr(data[${literal(key)}], 2)`;
  // JavaScript writes a year beyond 9999 with a plus, which DuckDB does not read.
  return `CAST(${type === "TIMESTAMPTZ" ? `ltrim(${text}, '+')` : text} AS ${type})`;
}

/**
 * The columns that Stitch's loader makes itself, of which there are two here: all that is reserved, though
 * the documentation says the whole prefix, since Stitch's own taps print other names (seen: tap-github's
 * `_sdc_repository`). The API does not look at names (inferred from that), and the loader rejects the row
 * (documented); here it lands, and the field's column gets a number.
 */
const own = "(?:received|batched|extracted)_at|sequence|table_version|primary_key|rejected";
const loadersName = new RegExp(String.raw`^_(?:sdc|rjm)_(?:${own}|level_\d+_id|source_key_.*)$`, "is");
const isLoaders = (name: string) => loadersName.test(name);

/** Returns all fields of all rows, in the order they were first seen. */
async function readColumns(connection: DuckDBConnection, table: string) {
  const found = await queryShort<{ key: string; kinds: { items: string[] } | null }>(
    connection,
    `SELECT key, list(DISTINCT left(value, 1)) FILTER (value IS NOT NULL) AS kinds
     FROM (
       SELECT unnest(map_keys(data)) AS key, unnest(map_values(data)) AS value,
         number * ${columnsMax} + generate_subscripts(map_keys(data), 1) AS place
       FROM _log.landed WHERE "table" = ${literal(table)})
     GROUP BY key ORDER BY min(place)`,
  );
  const taken = new Set<string>();
  const columns: { key: string; name: string; type: string }[] = [];
  for (const { key, kinds } of found) {
    if (isLoaders(key)) taken.add(key.toLowerCase());
    const name = freeName(key, taken);
    const type = columnTypeOf(kinds?.items ?? []);
    columns.push({ key, name, type: type === "DECIMAL" ? await decimalType(connection, table, key) : type });
  }
  return columns;
}

async function decimalType(connection: DuckDBConnection, table: string, key: string): Promise<string> {
  // DuckDB reads an exponent only where there is room for the digits before its point.
  const [digits] = await queryShort<{ whole: bigint; scale: bigint }>(
    connection,
    `SELECT max(whole + greatest(power, 0)) AS whole, max(greatest(scale - power, 0)) AS scale
     FROM (
       SELECT length(regexp_extract(text, '^-?0*(\\d*)', 1)) AS whole,
         length(regexp_extract(text, '\\.(\\d+)', 1)) AS scale,
         coalesce(try_cast(regexp_extract(text, '[eE](.+)', 1) AS BIGINT), 0) AS power
       FROM (SELECT substr(data[${literal(key)}], 2) AS text FROM _log.landed
         WHERE "table" = ${literal(table)}))`,
  );
  return decimalTypeOf(Number(digits!.whole), Number(digits!.scale));
}

/** Runs a query with a short result, and returns its rows. */
async function queryShort<Row>(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  return (await connection.runAndReadAll(sql)).getRowObjects() as Row[];
}
