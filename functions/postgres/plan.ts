import type { Contents } from "../persister/body/contents.ts";
import { folded, freeName, systemColumns } from "./names.ts";
import { type Change, type ColumnSet, type KeyConflict, placeFields, type Routes } from "./place-fields.ts";
import { own, type StoredTable } from "./stored-table.ts";
import type { SurveyedTable } from "./survey.ts";

/** One stream's table: what it is, what it must become, and where a delivery's values go. */
export interface TablePlan {
  readonly before: StoredTable | undefined;
  /** The table once it is changed. */
  readonly table: StoredTable;
  readonly changes: readonly Change[];
  readonly conflicts: readonly KeyConflict[];
  /** The key names that a part of the delivery has, if they differ from the table's. */
  readonly otherKeys: SurveyedTable | undefined;
  /** By the id of the delivery's table. */
  readonly routes: ReadonlyMap<number, Routes>;
  readonly needs: readonly SurveyedTable[];
}

export interface PlanOptions {
  /** The stream's table; undefined if it is new. */
  readonly before: StoredTable | undefined;
  /** The names of all relations in the schema. */
  readonly relations: ReadonlySet<string>;
  readonly mayWiden: boolean;
}

/** Returns the tables of a delivery by their streams, in the order of their names. */
export function byStream(tables: readonly SurveyedTable[]): ReadonlyMap<string, readonly SurveyedTable[]> {
  const streams = new Map<string, SurveyedTable[]>();
  for (const each of tables) {
    const { stream } = each.table;
    streams.set(stream, [...(streams.get(stream) ?? []), each]);
  }
  return new Map([...streams].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Decides how the table of one stream must change for a delivery. Nothing is dropped or narrowed. */
export function planTable(needs: readonly SurveyedTable[], options: PlanOptions): TablePlan {
  const { before, relations, mayWiden } = options;
  const { table: first } = needs[0]!;
  // Rows, or a schema, say what the table is; an activation without either is only remembered.
  const described = needs.filter(isDescribed);
  const keyNames = before?.keyNames ?? described[0]?.table.keyNames;
  const isMade = keyNames !== undefined && before?.exists !== true;
  const name = before?.name ?? freeName(folded(first.stream), relations);
  const set: ColumnSet = {
    columns: [...(before?.columns ?? [])],
    taken: new Set([...(before?.taken ?? []), ...systemColumns, ...Object.values(own)]),
    keyNames: keyNames ?? [],
    mayWiden,
    changes: [],
    conflicts: [],
  };
  const placed = described.map(each => [each, placeFields(each, set)] as const);
  const hasVersions = before?.hasVersions === true || needs.some(each => each.table.version !== undefined);
  const table: StoredTable = {
    stream: first.stream,
    name,
    keyNames,
    columns: set.columns,
    hasVersions,
    exists: before?.exists === true || isMade,
    taken: set.taken,
  };
  return {
    before,
    table,
    changes: isMade
      ? [creation(table, first.stream), ...set.changes.filter(each => each.isRenamed)]
      : [...versions(table, before), ...set.changes],
    conflicts: set.conflicts,
    otherKeys: described.find(each => !isSameKeys(each.table.keyNames, keyNames ?? [])),
    // A later table of the stream may have widened a column of an earlier one.
    routes: new Map(placed.map(([each, routes]) => [each.table.id, withColumns(routes, set)])),
    needs,
  };
}

/** Returns whether a table's rows, or its schema, say what its keys are. */
const isDescribed = ({ hasRecords, table: { schema, keyNames }, fields }: SurveyedTable) =>
  hasRecords || (schema !== undefined && keyNames.every(each => fields.get(each)?.declared !== undefined));

const creation = ({ name }: StoredTable, stream: string): Change => {
  const isFolded = name === folded(stream);
  const why = isFolded ? "" : `: ${folded(stream)} is another relation`;
  return { sentence: `created the table ${name} for the stream ${JSON.stringify(stream)}${why}`, sql: "" };
};

function versions({ hasVersions, exists }: StoredTable, before: StoredTable | undefined): Change[] {
  if (!hasVersions || !exists || before?.exists !== true || before.hasVersions) return [];
  return [{ sentence: `added ${own.version} (bigint)`, sql: `add column "${own.version}" bigint` }];
}

const isSameKeys = (left: readonly string[], right: readonly string[]) =>
  left.length === right.length && left.every(each => right.includes(each));

function withColumns(routes: Routes, { columns }: ColumnSet): Routes {
  const byName = new Map(columns.map(each => [each.name, each]));
  return new Map(
    [...routes].map(([field, { columns: used, hasInstants }]) => [
      field,
      { columns: new Map([...used].map(([type, { name }]) => [type, byName.get(name)!])), hasInstants },
    ]),
  );
}

/** Returns the line that a plan's change or conflict is about. */
export const lineOf = (contents: Contents, record: number | undefined, { needs }: TablePlan): number =>
  record === undefined ? needs[0]!.line : contents.recordLine(record);
