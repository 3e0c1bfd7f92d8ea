import type { Connection } from "./connection.ts";
import { identifier, literal } from "./names.ts";
import { type Column, own, registry, type StoredTable } from "./stored-table.ts";
import { columnTypeOf } from "./types.ts";

/** A million rows are rewritten in seconds; more would hold up the table for too long. */
const widenedRowsMax = 1_000_000;

interface Row {
  readonly stream: string;
  readonly name: string;
  readonly key_names: readonly string[] | null;
  readonly columns: readonly Column[];
  /** The types of the table's columns by their names; null if it does not exist. */
  readonly types: Readonly<Record<string, string>> | null;
}

/** The tables in an account's schema: those that are remembered and those that exist. */
export class Catalog {
  readonly #connection: Connection;
  readonly #schema: string;

  constructor(connection: Connection, schema: string) {
    this.#connection = connection;
    this.#schema = schema;
  }

  /**
   * Reads the tables of these streams, by stream; those that are new are missing. Types are named without a
   * length: a cast to `character`, which is one character, would cut values off, where an insert does not.
   */
  async tables(streams: Iterable<string>): Promise<ReadonlyMap<string, StoredTable>> {
    if (!(await this.#exists(registry))) return new Map();
    const rows = await this.#connection.rows<Row>(`
      select stream, name, key_names, columns,
        (select json_object_agg(attname, format_type(atttypid, -1))
          from pg_attribute join pg_class on pg_class.oid = attrelid ${this.#inSchema()}
          where relname = remembered.name and attnum > 0 and not attisdropped) as types
      from ${identifier(this.#schema)}.${registry} as remembered
      where stream in (${[...streams].map(literal).join(", ")})`);
    return new Map(rows.map(row => [row.stream, storedTable(row)]));
  }

  /** Reads the names of all relations in the schema, tables and indexes, and of all remembered tables. */
  async relations(): Promise<ReadonlySet<string>> {
    const remembered = (await this.#exists(registry))
      ? `union select name from ${identifier(this.#schema)}.${registry}`
      : "";
    const rows = await this.#connection.rows<{ readonly name: string }>(`
      select relname::text as name from pg_class ${this.#inSchema()} ${remembered}`);
    return new Set([registry, ...rows.map(({ name }) => name)]);
  }

  /** Returns whether a table has too many rows to be rewritten. */
  async isLarge(table: string): Promise<boolean> {
    const [row] = await this.#connection.rows<{ readonly rows: string }>(`
      select count(*) as rows from (
        select 1 from ${identifier(this.#schema)}.${identifier(table)} limit ${widenedRowsMax}) as counted`);
    return Number(row!.rows) >= widenedRowsMax;
  }

  async #exists(table: string): Promise<boolean> {
    const rows = await this.#connection.rows(
      `select 1 from pg_class ${this.#inSchema()} where relname = ${literal(table)}`,
    );
    return rows.length > 0;
  }

  /** The functions `to_regclass` and `to_regnamespace` may miss what another transaction has just made. */
  #inSchema(): string {
    return `join pg_namespace on pg_namespace.oid = relnamespace and nspname = ${literal(this.#schema)}`;
  }
}

function storedTable({ stream, name, key_names, columns, types }: Row): StoredTable {
  const names = Object.keys(types ?? {});
  return {
    stream,
    name,
    keyNames: key_names ?? undefined,
    columns: types === null ? columns : columns.filter(each => names.includes(each.name)).map(typed(types)),
    hasVersions: types?.[own.version] !== undefined,
    exists: types !== null,
    taken: new Set(types === null ? columns.map(each => each.name) : names),
  };
}

/** Somebody may have altered a column. */
const typed =
  (types: Readonly<Record<string, string>>) =>
  (column: Column): Column => {
    const name = types[column.name]!;
    const type = columnTypeOf(name);
    return type === undefined ? { ...column, altered: name } : { ...column, type };
  };
