import type { Connection } from "./connection.ts";
import { identifier, literal } from "./names.ts";
import type { TablePlan } from "./plan.ts";
import { own, registry, type StoredTable } from "./stored-table.ts";

/**
 * Makes the schema and the table that remembers the others, unless they exist. The lock that it takes lasts
 * until the transaction's end: only one delivery changes an account's tables at a time.
 */
export async function lockTables(connection: Connection, schema: string): Promise<void> {
  const key = literal(`persister ${schema}`);
  await connection.run(`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
  const found = await connection.rows(`select 1 from pg_namespace where nspname = ${literal(schema)}`);
  // A role may use a schema without the right to create one.
  if (found.length === 0) await connection.run(`create schema ${identifier(schema)}`);
  await connection.run(`
    create table if not exists ${identifier(schema)}.${registry} (
      stream text collate "C" primary key,
      name text collate "C" not null unique,
      key_names jsonb,
      columns jsonb not null,
      has_versions boolean not null,
      active_version bigint,
      activated_sequence bigint)`);
}

/** Changes one stream's table as planned, and remembers it. */
export async function changeTable(connection: Connection, schema: string, plan: TablePlan): Promise<void> {
  const { before, table, changes } = plan;
  const name = `${identifier(schema)}.${identifier(table.name)}`;
  // Writers of the table hold the same row, so they finish first.
  await connection.run(remember(schema, table));
  if (!table.exists) return;
  if (before?.exists !== true) await connection.run(creation(name, table));
  else if (changes.length > 0)
    await connection.run(`alter table ${name} ${changes.map(each => each.sql).join(", ")}`);
}

function remember(schema: string, { stream, name, keyNames, columns, hasVersions }: StoredTable): string {
  const keys = keyNames === undefined ? "null" : `${literal(JSON.stringify(keyNames))}::jsonb`;
  const values = [
    literal(stream),
    literal(name),
    keys,
    // The types that columns have now are read with them each time.
    `${literal(JSON.stringify(columns.map(({ altered: _, ...column }) => column)))}::jsonb`,
    hasVersions,
  ];
  return `insert into ${identifier(schema)}.${registry} (stream, name, key_names, columns, has_versions)
    values (${values.join(", ")})
    on conflict (stream) do update set key_names = excluded.key_names, columns = excluded.columns,
      has_versions = excluded.has_versions`;
}

function creation(name: string, table: StoredTable): string {
  const columns = [
    ...table.columns.map(each => `${identifier(each.name)} ${each.type}`),
    `${own.sequence} bigint not null`,
    `${own.receivedAt} timestamptz not null`,
    `${own.delivery} text collate "C" not null`,
    ...(table.hasVersions ? [`${own.version} bigint`] : []),
  ];
  return `create table ${name} (${columns.join(", ")}, primary key (${keyColumns(table).join(", ")}))`;
}

/** Returns the columns that identify a row: of a table without keys, a record's place in its delivery. */
export const keyColumns = ({ keyNames = [], columns }: StoredTable): readonly string[] =>
  keyNames.length === 0
    ? [own.delivery, own.sequence]
    : keyNames.map(key => identifier(columns.find(({ field }) => field === key)!.name));
