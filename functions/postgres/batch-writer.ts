import { activationSequence } from "../persister/body/contents.ts";
import type { BatchWriter, Outcome, Outgoing, TableResult } from "../persister/destination.ts";
import { encodeRows } from "./batch-rows.ts";
import type { Connection, Session } from "./connection.ts";
import type { TablePlan } from "./plan.ts";
import { outcomeOf, type Patience, retrying } from "./retrying.ts";
import { activateSql, lockedTable, lockSql } from "./statements.ts";
import type { SurveyedValues } from "./surveyed-values.ts";
import { rejection, type Written, writeRows } from "./write-rows.ts";

export interface WriterParts extends Patience {
  readonly session: Session;
  readonly schema: string;
  readonly plans: readonly TablePlan[];
  readonly values: SurveyedValues;
}

/** Returns what writes a delivery's batches to tables as planned. */
export function batchWriter(outgoing: Outgoing, parts: WriterParts): BatchWriter {
  const { session, schema, plans, values } = parts;
  const byTable = new Map(plans.flatMap(plan => plan.needs.map(({ table }) => [table.id, plan] as const)));
  const counts = new Counts(plans);
  return {
    async write(batch, out) {
      const { activation } = batch;
      if (activation !== undefined) {
        const plan = byTable.get(activation.table.id)!;
        return activate((milliseconds, work) => session.transaction(milliseconds, work), {
          schema,
          plan,
          version: activation.table.version!,
          sequence: activationSequence(batch.activation!, outgoing.firstSequence),
          patience: parts,
        });
      }
      const rows = encodeRows(batch, outgoing, { plans: byTable, values }, out);
      const { written, attempts, failure } = await writeRows(rows, session, schema, parts);
      counts.add(written);
      if (failure === undefined) return { kind: "accepted", attempts };
      return rejection({ failure, attempts }, rows, batch) ?? outcomeOf(failure, attempts);
    },
    tables: () => counts.results(),
  };
}

type Transaction = <T>(milliseconds: number, work: (connection: Connection) => Promise<T>) => Promise<T>;

interface Activating {
  readonly schema: string;
  readonly plan: TablePlan;
  readonly version: string;
  readonly sequence: bigint;
  readonly patience: Patience;
}

/**
 * Makes a version the active one, unless a higher one is. So activations may come in any order, and again.
 */
async function activate(transaction: Transaction, activating: Activating): Promise<Outcome> {
  const { schema, plan, version, sequence, patience } = activating;
  const tried = await retrying(
    milliseconds =>
      transaction(milliseconds, async connection => {
        const [row] = await connection.rows(lockSql(schema, [plan.table.stream], "update"));
        const { activeVersion = -1n, activatedSequence } = lockedTable(row);
        const isHigher = BigInt(version) > activeVersion;
        const isLater = BigInt(version) === activeVersion && sequence > activatedSequence;
        if (isHigher || isLater) await connection.run(activateSql(schema, plan.table, { version, sequence }));
      }),
    patience,
  );
  if ("failure" in tried) return outcomeOf(tried.failure, tried.attempts);
  return { kind: "accepted", attempts: tried.attempts };
}

/** A receipt names so many tables, and so many changes of each. */
const namedMax = 100;

/** The rows of a delivery, by their tables. */
class Counts {
  readonly #plans: readonly TablePlan[];
  readonly #byStream = new Map<string, { inserted: number; updated: number; stale: number }>();

  constructor(plans: readonly TablePlan[]) {
    this.#plans = plans;
    for (const { table } of plans) this.#byStream.set(table.stream, { inserted: 0, updated: 0, stale: 0 });
  }

  add(written: readonly Written[]): void {
    for (const { stream, inserted, updated, stale } of written) {
      const count = this.#byStream.get(stream)!;
      count.inserted += inserted;
      count.updated += updated;
      count.stale += stale;
    }
  }

  results(): readonly TableResult[] {
    return this.#plans.slice(0, namedMax).map(({ table: { stream, name }, changes }) => ({
      stream,
      table: name,
      ...this.#byStream.get(stream)!,
      changes: changes.slice(0, namedMax).map(({ sentence }) => sentence),
    }));
  }
}
