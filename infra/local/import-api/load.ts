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
/** Above the number of a request's rows. */
const shapesMax = 1_000_000;
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
  shapes: 'STRUCT("table" VARCHAR, names VARCHAR[], kinds VARCHAR)[]',
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
 * Reads the log into `_log.line`, and keeps the rows of the tables there: for each key the row with the
 * highest sequence, all rows without keys, and after the activation of a version only its rows and those of
 * later versions. DuckDB does all the work: no row passes through this process's code.
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
  // In one transaction, as the numbers of rows must not change in between.
  await connection.run("BEGIN");
  await dropUnaccepted(connection, path);
  await connection.run(`CREATE TABLE _log.seen AS
    SELECT "table", min(rowid) AS first FROM _log.line GROUP BY ALL`);
  const dropped = (await dropReplaced(connection)) + (await dropInactive(connection));
  await connection.run("COMMIT");
  await connection.run(`CREATE TABLE _log.shape AS ${await shapesFrom(connection, dropped === 0)}`);
}

/**
 * Returns a query for the shapes of the rows, and which come first. The log has them for all rows of a
 * request. Without some of those, and in an earlier version's log, the rows are grouped by their shapes.
 */
async function shapesFrom(connection: DuckDBConnection, areAllThere: boolean): Promise<string> {
  const [lacking] = await queryShort<{ shapes: bigint }>(
    connection,
    "SELECT count(*) FILTER (shapes IS NULL) AS shapes FROM _log.accepted",
  );
  if (areAllThere && lacking!.shapes === 0n)
    return `SELECT shape."table", shape.names, min(first) AS first,
        list_transform(range(1, len(shape.names) + 1), lambda i: nullif(shape.kinds[i], '-')) AS kinds
      FROM (SELECT unnest(shapes) AS shape,
          request * ${shapesMax} + generate_subscripts(shapes, 1) AS first FROM _log.accepted)
      GROUP BY ALL`;
  return `SELECT "table", map_keys(data) AS names, min(rowid) AS first,
      list_transform(map_values(data), lambda value: value[1]) AS kinds
    FROM _log.line GROUP BY ALL`;
}

/** Deletes the rows of requests without an end, and the ends. Throws if other rows are missing. */
async function dropUnaccepted(connection: DuckDBConnection, path: string): Promise<void> {
  await connection.run(`CREATE TABLE _log.accepted AS
    SELECT request, rows, shapes FROM _log.line WHERE rows IS NOT NULL`);
  await connection.run(`DELETE FROM _log.line
    WHERE rows IS NOT NULL OR request IN (SELECT request FROM _log.accepted) IS NOT TRUE`);
  const [lost] = await queryShort<{ rows: bigint | null }>(
    connection,
    "SELECT sum(rows)::BIGINT - (SELECT count(*) FROM _log.line) AS rows FROM _log.accepted",
  );
  if (lost?.rows) throw new Error(`${path} is damaged: ${lost.rows} of its rows can't be read.`);
}

/** Deletes the rows that one with the same key and a higher sequence replaces. Returns their number. */
async function dropReplaced(connection: DuckDBConnection): Promise<number> {
  await connection.run(`
    CREATE TABLE _log.winner AS
      SELECT
        (max(sequence)::HUGEINT * ${rowsMax}
          - max(sequence::HUGEINT * ${rowsMax} - rowid))::BIGINT AS number
      FROM _log.line WHERE key IS NOT NULL GROUP BY "table", key`);
  const [count] = await queryShort<{ replaced: bigint }>(
    connection,
    "SELECT count(key) - (SELECT count(*) FROM _log.winner) AS replaced FROM _log.line",
  );
  const replaced = Number(count!.replaced);
  if (replaced > 0)
    await connection.run(`DELETE FROM _log.line
      WHERE key IS NOT NULL AND rowid NOT IN (SELECT number FROM _log.winner)`);
  await connection.run("DROP TABLE _log.winner");
  return replaced;
}

/** Deletes the activations of versions, and the rows before the active version. Returns how many rows. */
async function dropInactive(connection: DuckDBConnection): Promise<number> {
  const { rowsChanged } = await connection.run(`
    DELETE FROM _log.line WHERE rowid IN (
      WITH activated AS (
        SELECT "table", max(version) AS active, arg_max(sequence, version) AS since
        FROM _log.line WHERE data IS NULL GROUP BY "table")
      SELECT line.rowid FROM _log.line JOIN activated USING ("table")
      WHERE data IS NOT NULL AND NOT coalesce(version >= active, sequence > since))`);
  await connection.run("DELETE FROM _log.line WHERE data IS NULL");
  return rowsChanged;
}

/** Returns the tables in the order they were first seen, with their names in queries. */
export async function readTables(connection: DuckDBConnection) {
  const found = await queryShort<{ table: string; rows: bigint; versioned: boolean; shapes: bigint }>(
    connection,
    `SELECT "table", coalesce(rows, 0) AS rows, coalesce(versioned, false) AS versioned,
       (SELECT count(DISTINCT names) FROM _log.shape WHERE shape."table" = seen."table") AS shapes
     FROM _log.seen LEFT JOIN (
       SELECT "table", count(*) AS rows, bool_or(version IS NOT NULL) AS versioned
       FROM _log.line GROUP BY ALL) USING ("table")
     ORDER BY first`,
  );
  const taken = new Set<string>();
  return found.map(each => ({ ...each, name: freeName(each.table, taken) }));
}

/**
 * Creates a view of each table in the current schema, with typed columns: a query casts only the columns that
 * it reads.
 */
export async function createViews(connection: DuckDBConnection): Promise<void> {
  for (const { table, name, versioned, shapes } of await readTables(connection)) {
    const columns = (await readColumns(connection, table)).map(column => {
      const cell = shapes === 1n ? `map_values(data)[${column.position}]` : `data[${literal(column.key)}]`;
      // DuckDB may evaluate a query's condition on rows of other tables, whose values may have other types.
      const value = `CASE WHEN "table" = ${literal(table)} THEN ${castOf(cell, column.type)} END`;
      return `${value} AS ${quoted(column.name)}`;
    });
    const ours = ["sequence AS _sdc_sequence", ...(versioned ? ["version AS _sdc_table_version"] : [])];
    await connection.run(`CREATE VIEW ${quoted(name)} AS
      SELECT ${[...columns, ...ours].join(", ")} FROM _log.line WHERE "table" = ${literal(table)}`);
  }
}

function castOf(cell: string, type: string): string {
  const text = `substr(${cell}, 2)`;
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
  const found = await queryShort<{ key: string; position: bigint; kinds: { items: string[] } | null }>(
    connection,
    `SELECT key, min(position) AS position, list(DISTINCT kind) FILTER (kind IS NOT NULL) AS kinds
     FROM (
       SELECT first, unnest(names) AS key, unnest(kinds) AS kind,
         generate_subscripts(names, 1) AS position
       FROM _log.shape WHERE "table" = ${literal(table)})
     GROUP BY key ORDER BY min(first * ${columnsMax} + position)`,
  );
  const taken = new Set<string>();
  const columns: { key: string; position: bigint; name: string; type: string }[] = [];
  for (const { key, position, kinds } of found) {
    if (isLoaders(key)) taken.add(key.toLowerCase());
    const name = freeName(key, taken);
    const type = columnTypeOf(kinds?.items ?? []);
    columns.push({
      ...{ key, position, name },
      type: type === "DECIMAL" ? await decimalType(connection, table, key) : type,
    });
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
       FROM (SELECT substr(data[${literal(key)}], 2) AS text FROM _log.line
         WHERE "table" = ${literal(table)}))`,
  );
  return decimalTypeOf(Number(digits!.whole), Number(digits!.scale));
}

/** Runs a query with a short result, and returns its rows. */
async function queryShort<Row>(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  return (await connection.runAndReadAll(sql)).getRowObjects() as Row[];
}
