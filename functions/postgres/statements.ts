import { keyColumns } from "./change-tables.ts";
import { identifier, literal } from "./names.ts";
import { type Column, own, registry, type StoredTable, sentType } from "./stored-table.ts";
import type { ColumnType } from "./types.ts";

/** A table's state that decides which rows are written, as it is while the batch's transaction locks it. */
export interface LockedTable {
  readonly stream: string;
  readonly columns: readonly Column[];
  readonly hasVersions: boolean;
  readonly activeVersion: bigint | undefined;
  /** The sequence of the active version's activation. */
  readonly activatedSequence: bigint;
}

/** The rows of a batch for one table: all of one version. */
export interface Rows {
  /** The number of this table among those of the batch. */
  readonly n: number;
  readonly table: StoredTable;
  /** The columns that the rows have, after the sequence and the constants. */
  readonly columns: readonly Column[];
  readonly version: string | undefined;
  /** The columns that all rows share. Rows without keys hold them, as they may go straight to their table. */
  readonly shared: readonly Shared[];
}

/** A column with the same value in all rows. */
export interface Shared {
  readonly column: string;
  readonly text: string;
  readonly type: ColumnType;
}

interface LockedRow {
  readonly stream: string;
  readonly columns: readonly Column[];
  readonly has_versions: boolean;
  readonly active_version: string | null;
  readonly activated_sequence: string | null;
}

/**
 * Returns the SQL that reads these streams' tables and keeps them as they are until the transaction's end.
 * Writers of rows share the lock; an activation and a change of columns exclude them.
 */
export const lockSql = (schema: string, streams: readonly string[], mode: "share" | "update"): string =>
  `select stream, columns, has_versions, active_version, activated_sequence
   from ${identifier(schema)}.${registry}
   where stream in (${streams.map(literal).join(", ")}) order by stream for ${mode}`;

export const lockedTable = (row: unknown): LockedTable => {
  const { stream, columns, has_versions, active_version, activated_sequence } = row as LockedRow;
  return {
    stream,
    columns,
    hasVersions: has_versions,
    activeVersion: active_version === null ? undefined : BigInt(active_version),
    activatedSequence: BigInt(activated_sequence ?? 0),
  };
};

/** Returns whether all rows of this version are older than the active one. */
export const isOutdated = (version: string | undefined, { activeVersion }: LockedTable): boolean =>
  version !== undefined && activeVersion !== undefined && BigInt(version) < activeVersion;

/**
 * Returns the SQL that keeps a table as it is until the transaction's end, and selects whether its columns
 * have the types of the rows: PostgreSQL may read binary values of other types without an error.
 */
export function fitsSql(schema: string, { table, columns, shared }: Rows): string {
  const name = nameOf(schema, table);
  const types = copied(columns, shared).map(
    each => `(${literal(each.name)}, ${literal(each.type)}::regtype)`,
  );
  return `lock table ${name} in row exclusive mode;
    select bool_and(atttypid = type) as fits from (values ${types.join(", ")}) as wanted(name, type)
    join pg_attribute on attrelid = ${literal(name)}::regclass and attname = wanted.name`;
}

/** Returns the SQL that appends rows to a table without keys that they fit. None was written before. */
export function copySql(schema: string, { table, columns, shared }: Rows): string {
  const names = copied(columns, shared).map(nameIn).join(", ");
  return `copy ${nameOf(schema, table)} (${names}) from stdin (format binary)`;
}

/**
 * Returns the SQL that writes rows which may be there already: a COPY into a temporary table, then an insert
 * whose answer counts the rows that were `inserted` and `updated`.
 */
export function writeSql(schema: string, rows: Rows, locked: LockedTable): string {
  const { table, columns, shared, version } = rows;
  const name = nameOf(schema, table);
  const batch = batchName(rows);
  const added = isKeyed(table) ? shared : [];
  const inCopy = copied(columns, isKeyed(table) ? [] : shared);
  const typed = inCopy.map(each => `${nameIn(each)}::${each.type} as ${nameIn(each)}`).join(", ");
  const names = inCopy.map(nameIn);
  const into = [...names, ...added.map(({ column }) => column)].join(", ");
  const values = inCopy.map(each => (each.altered ? `${nameIn(each)}::${each.altered}` : nameIn(each)));
  const from = [...values, ...added.map(({ text, type }) => `${literal(text)}::${type}`)].join(", ");
  const keys = keyColumns(table).join(", ");
  // Rows without a version belong to no version: an activation replaces those that are older than itself.
  const isLater = `where ${own.sequence} > ${locked.activatedSequence}`;
  const later = version === undefined && locked.activeVersion !== undefined ? isLater : "";
  return `create temp table ${batch} on commit drop as select ${typed} from ${name} with no data;
    copy pg_temp.${batch} (${names.join(", ")}) from stdin (format binary);
    with written as (
      insert into ${name} as t (${into})
      select distinct on (${keys}) ${from} from pg_temp.${batch} ${later}
      order by ${keys}, ${own.sequence} desc
      on conflict (${keys}) ${onConflict(table, locked)}
      returning (xmax = 0) as is_new)
    select count(*) filter (where is_new) as inserted, count(*) filter (where not is_new) as updated
    from written`;
}

/** The name of the temporary table. */
export const batchName = ({ n }: Rows): string => `_persister_batch_${n}`;

/**
 * Replaces a row as a whole, if the incoming one has a higher sequence. Of two rows with versions, that of
 * the higher one wins: the activation of its version would delete the other.
 */
function onConflict(table: StoredTable, { columns, hasVersions }: LockedTable): string {
  if (!isKeyed(table)) return "do nothing";
  const { keyNames = [] } = table;
  const names = [
    ...columns.filter(({ field }) => !keyNames.includes(field)).map(({ name }) => identifier(name)),
    ...[own.sequence, own.receivedAt, own.delivery, ...(hasVersions ? [own.version] : [])],
  ];
  const isHigher = (column: string) => `excluded.${column} > t.${column}`;
  const isNewer = hasVersions
    ? `case when excluded.${own.version} <> t.${own.version}
        then ${isHigher(own.version)} else ${isHigher(own.sequence)} end`
    : isHigher(own.sequence);
  return `do update set ${names.map(name => `${name} = excluded.${name}`).join(", ")} where ${isNewer}`;
}

const isKeyed = ({ keyNames = [] }: StoredTable) => keyNames.length > 0;

/** A column of a COPY: the type as which its values are sent, and the one to which they are cast then. */
interface CopiedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly altered?: string | undefined;
}

const copied = (columns: readonly Column[], shared: readonly Shared[]): readonly CopiedColumn[] => [
  { name: own.sequence, type: "bigint" },
  ...shared.map(({ column, type }) => ({ name: column, type })),
  ...columns.map(each => ({ name: each.name, type: sentType(each), altered: each.altered })),
];

const nameIn = ({ name }: CopiedColumn) => identifier(name);

const nameOf = (schema: string, { name }: StoredTable) => `${identifier(schema)}.${identifier(name)}`;

/** Returns the SQL that makes a version the active one and deletes the rows of lower versions. */
export function activateSql(
  schema: string,
  { stream, exists, ...table }: StoredTable,
  { version, sequence }: { readonly version: string; readonly sequence: bigint },
): string {
  const remember = `update ${identifier(schema)}.${registry}
    set active_version = ${version}, activated_sequence = ${sequence} where stream = ${literal(stream)}`;
  if (!exists) return remember;
  const isUnversioned = `${own.version} is null and ${own.sequence} <= ${sequence}`;
  return `${remember};
    delete from ${nameOf(schema, { ...table, stream, exists })}
    where ${own.version} < ${version} or (${isUnversioned})`;
}
