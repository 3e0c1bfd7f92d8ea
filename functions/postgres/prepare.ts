import type { Contents } from "../persister/body/contents.ts";
import { type ErrorCode, type Fault, PersisterError } from "../persister/errors.ts";
import { faultsNamedMax } from "../persister/limits.ts";
import { Catalog } from "./catalog.ts";
import { changeTable, lockTables } from "./change-tables.ts";
import type { Connection } from "./connection.ts";
import { byStream, lineOf, planTable, type TablePlan } from "./plan.ts";
import type { SurveyedTable } from "./survey.ts";

/** Whether a delivery may change tables. */
export type OnSchemaChange = "evolve" | "freeze";

/** MaxHeapAttributeNumber: postgresql.org/docs/current/limits.html */
const columnsMax = 1_600;
/** `_sdc_` columns that a table may have. */
const ownColumns = 4;

/**
 * A new table takes up to four locks until its transaction ends. By default, all transactions of a server
 * share 6,400 (max_locks_per_transaction × max_connections).
 */
const tablesAtOnceMax = 50;

export interface Preparation {
  readonly contents: Contents;
  readonly tables: readonly SurveyedTable[];
  readonly schema: string;
  readonly onSchemaChange: OnSchemaChange;
}

export interface Prepared {
  readonly plans: readonly TablePlan[];
  /** The tables of streams without a plan yet: they are prepared in another transaction. */
  readonly rest: readonly SurveyedTable[];
}

/**
 * Makes the account's tables fit a delivery, and resolves to their plans. All changes are decided before the
 * first is made. Rejects with `table-conflict`, `invalid-records` or `schema-frozen`.
 */
export async function prepareTables(connection: Connection, preparation: Preparation): Promise<Prepared> {
  const { schema, onSchemaChange, contents } = preparation;
  const streams = byStream(preparation.tables);
  if (streams.size === 0) return { plans: [], rest: [] };
  const catalog = new Catalog(connection, schema);
  const found = await planAll(streams, catalog);
  assertPossible(found, contents);
  if (!found.some(isChange)) return { plans: found, rest: [] };
  if (onSchemaChange === "freeze") throw frozen(found, contents);
  await lockTables(connection, schema);
  // Another delivery may have changed them before this one got the lock.
  const plans = await planAll(streams, catalog);
  assertPossible(plans, contents);
  const changed = plans.filter(isChange);
  const later = new Set(changed.slice(tablesAtOnceMax));
  for (const plan of changed) if (!later.has(plan)) await changeTable(connection, schema, plan);
  return {
    plans: plans.filter(each => !later.has(each)),
    rest: [...later].flatMap(({ needs }) => needs),
  };
}

/** A stream that is only activated is remembered, too. */
const isChange = ({ changes, before }: TablePlan) => changes.length > 0 || before === undefined;

type Streams = ReturnType<typeof byStream>;

async function planAll(streams: Streams, catalog: Catalog): Promise<readonly TablePlan[]> {
  const known = await catalog.tables(streams.keys());
  const isNew = [...streams.keys()].some(stream => !known.has(stream));
  const relations = new Set(isNew ? await catalog.relations() : []);
  const plans: TablePlan[] = [];
  for (const [stream, needs] of streams) {
    const before = known.get(stream);
    const plan = planTable(needs, { before, relations, mayWiden: true });
    const isTooLarge = plan.changes.some(each => each.isRewrite) && (await catalog.isLarge(plan.table.name));
    plans.push(isTooLarge ? planTable(needs, { before, relations, mayWiden: false }) : plan);
    relations.add(plan.table.name);
  }
  return plans;
}

function assertPossible(plans: readonly TablePlan[], contents: Contents): void {
  const conflicts = plans.flatMap(plan => conflictsIn(plan, contents));
  if (conflicts.length > 0) throw refusal("table-conflict", conflicts);
  const wide = plans.filter(({ table }) => table.columns.length + ownColumns > columnsMax);
  if (wide.length > 0)
    throw refusal(
      "invalid-records",
      wide.map(plan => tooWide(plan, contents)),
    );
}

function conflictsIn(plan: TablePlan, contents: Contents): Fault[] {
  const { table, otherKeys, conflicts } = plan;
  const { stream, keyNames = [] } = table;
  if (otherKeys !== undefined) {
    const [theirs, ours] = [keyNames, otherKeys.table.keyNames].map(each => JSON.stringify(each));
    const message = `its keys are ${ours}, and those of the table ${table.name} are ${theirs}: ${keysHint}`;
    return [{ line: otherKeys.line, stream, message }];
  }
  return conflicts.map(({ field, column, type }) => {
    const message = `the key is ${type}, and the column ${column.name} is ${column.type}: ${keysHint}`;
    return { line: lineOf(contents, field.firstRecord, plan), stream, field: field.name, message };
  });
}

const keysHint = "send the stream under another name, or drop the table and its row in _persister_tables";

function tooWide(plan: TablePlan, contents: Contents): Fault {
  const { table } = plan;
  const last = table.columns[columnsMax - ownColumns]!;
  const fields = plan.needs.map(each => each.fields.get(last.field));
  const record = fields.find(each => each?.firstRecord !== undefined)?.firstRecord;
  const message = `the table ${table.name} would have more than ${columnsMax} columns: send fewer fields`;
  return { line: lineOf(contents, record, plan), stream: table.stream, field: last.field, message };
}

function frozen(plans: readonly TablePlan[], contents: Contents): PersisterError {
  const faults = plans.flatMap(plan =>
    plan.changes.map(({ sentence, field, record }) => ({
      line: lineOf(contents, record, plan),
      stream: plan.table.stream,
      ...(field !== undefined && { field }),
      message: `the table ${plan.table.name} is frozen; this would have ${sentence}`,
    })),
  );
  return refusal("schema-frozen", faults);
}

function refusal(code: ErrorCode, faults: readonly Fault[]): PersisterError {
  const { line, stream, field, message } = faults[0]!;
  const where = [
    `line ${line}`,
    `stream ${JSON.stringify(stream)}`,
    field && `field ${JSON.stringify(field)}`,
  ];
  return new PersisterError(code, `Nothing was written: ${where.filter(Boolean).join(", ")}: ${message}.`, {
    faults: faults.slice(0, faultsNamedMax),
    faultsTotal: faults.length,
  });
}
