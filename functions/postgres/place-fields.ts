import { folded, freeName, withSuffix } from "./names.ts";
import type { Column } from "./stored-table.ts";
import type { Field, SurveyedTable } from "./survey.ts";
import { bitOf, type ColumnType, holds, typesIn } from "./types.ts";

/** A change of a table, in a sentence; the SQL after `alter table … ` if the table exists. */
export interface Change {
  readonly sentence: string;
  readonly sql: string;
  readonly field?: string;
  /** The first record that needs it. */
  readonly record?: number | undefined;
  /** The name was taken, so that another one is used. */
  readonly isRenamed?: boolean;
  /** All rows are written again. */
  readonly isRewrite?: true;
}

/** A key field whose values don't fit its column, which can't be split. */
export interface KeyConflict {
  readonly field: Field;
  readonly column: Column;
  readonly type: ColumnType;
}

/** Where a field's values go. */
export interface Route {
  /** By type of value, the column that holds it. */
  readonly columns: ReadonlyMap<ColumnType, Column>;
  /** Its texts are instants where timestamptz holds them exactly. */
  readonly hasInstants: boolean;
}

/** By field. */
export type Routes = ReadonlyMap<string, Route>;

export interface ColumnSet {
  readonly columns: Column[];
  /** The names of all columns of the table. */
  readonly taken: Set<string>;
  readonly keyNames: readonly string[];
  /** Whether integers' columns may become numeric. */
  readonly mayWiden: boolean;
  readonly changes: Change[];
  readonly conflicts: KeyConflict[];
}

/**
 * Finds the columns for the fields of one table of a delivery, and adds what is missing to `set`. The routes
 * name columns, whose types may change until all tables of the stream are placed.
 */
export function placeFields({ fields }: SurveyedTable, set: ColumnSet): Routes {
  const routes = new Map<string, Route>();
  for (const field of fields) {
    const columns = new Map<ColumnType, Column>();
    for (const [type, wanted] of wantedTypes(field, set.keyNames.includes(field.name)))
      columns.set(type, columnFor(field, wanted, set));
    routes.set(field.name, { columns, hasInstants: field.declared === "timestamptz" });
  }
  return routes;
}

/** Returns, for each type of value, the type of column that it requires. A declared field gets its column. */
function wantedTypes({ declared, seen }: Field, isKey: boolean): ReadonlyMap<ColumnType, ColumnType> {
  const types = typesIn(declared === undefined ? seen : seen | bitOf(declared));
  const isMixed = declared === undefined && types.includes("numeric");
  const wanted = new Map<ColumnType, ColumnType>();
  for (const type of types) {
    if (declared !== undefined && holds(declared, type)) wanted.set(type, declared);
    else wanted.set(type, isMixed && type === "bigint" ? "numeric" : type);
  }
  // A key has one column.
  const isSplit = isKey && new Set(wanted.values()).size > 1;
  return isSplit ? new Map(types.map(type => [type, "text" as const])) : wanted;
}

function columnFor(field: Field, wanted: ColumnType, set: ColumnSet): Column {
  const ofField = set.columns.filter(each => each.field === field.name);
  const fitting =
    ofField.find(each => each.type === wanted) ?? ofField.find(each => holds(each.type, wanted));
  if (fitting !== undefined) return fitting;
  const integers = wanted === "numeric" ? ofField.find(each => each.type === "bigint") : undefined;
  if (integers !== undefined && set.mayWiden) return widen(integers, field, set);
  const first = ofField[0];
  if (first === undefined) return add(folded(field.name), { field, wanted, set });
  if (set.keyNames.includes(field.name)) {
    set.conflicts.push({ field, column: first, type: wanted });
    return first;
  }
  return add(withSuffix(first.name, `__${wanted}`), { field, wanted, set });
}

function widen(column: Column, { name: field, firstRecord: record }: Field, set: ColumnSet): Column {
  const wider: Column = { ...column, type: "numeric" };
  set.columns[set.columns.indexOf(column)] = wider;
  const sentence = `widened ${column.name} from bigint to numeric`;
  set.changes.push({
    sentence,
    sql: `alter column "${column.name}" type numeric`,
    field,
    record,
    isRewrite: true,
  });
  return wider;
}

interface Addition {
  readonly field: Field;
  readonly wanted: ColumnType;
  readonly set: ColumnSet;
}

function add(name: string, { field, wanted, set }: Addition): Column {
  const free = freeName(name, set.taken);
  const column: Column = { field: field.name, name: free, type: wanted };
  set.taken.add(free);
  set.columns.push(column);
  const why = free === name ? "" : `: ${name} is another column`;
  const sentence = `added ${free} (${wanted}) for the field ${JSON.stringify(field.name)}${why}`;
  const sql = `add column "${free}" ${wanted}`;
  set.changes.push({ sentence, sql, field: field.name, record: field.firstRecord, isRenamed: free !== name });
  return column;
}
