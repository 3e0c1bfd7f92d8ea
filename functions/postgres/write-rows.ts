import type { Batch, Outcome } from "../persister/destination.ts";
import type { EncodedRows } from "./batch-rows.ts";
import type { Connection, Session } from "./connection.ts";
import type { Failure, Place } from "./failure.ts";
import { type Patience, retrying, type Tried } from "./retrying.ts";
import {
  batchName,
  copySql,
  fitsSql,
  isOutdated,
  type LockedTable,
  lockedTable,
  lockSql,
  writeSql,
} from "./statements.ts";
import { registry } from "./stored-table.ts";

/** The effect of a batch on one table. */
export interface Written {
  readonly stream: string;
  readonly inserted: number;
  readonly updated: number;
  /** Not written: the table has newer rows, or the same. */
  readonly stale: number;
}

const uniqueViolation = "23505";

/**
 * For each table with keys, a transaction holds up to six locks until it ends: on the table, its index, and
 * the temporary table with its own. By default, all transactions of a server share 6,400
 * (max_locks_per_transaction × max_connections).
 */
const tablesAtOnceMax = 50;

/** The rows that were written, also if later ones of the batch were not. */
export interface Writing {
  readonly written: readonly Written[];
  readonly attempts: number;
  readonly failure: Failure | undefined;
}

/**
 * Writes a batch's rows, with retries: in one transaction, or in one after another for each 50 tables. The
 * first that fails is the last.
 */
export async function writeRows(
  rows: readonly EncodedRows[],
  session: Session,
  schema: string,
  patience: Patience,
): Promise<Writing> {
  const written: Written[] = [];
  let attempts = 1;
  for (let n = 0; n < rows.length; n += tablesAtOnceMax) {
    const tried = await writeSome(rows.slice(n, n + tablesAtOnceMax), session, schema, patience);
    attempts += tried.attempts - 1;
    if ("failure" in tried) return { written, attempts, failure: tried.failure };
    written.push(...tried.value);
  }
  return { written, attempts, failure: undefined };
}

/** Writes rows in one transaction, with retries. */
function writeSome(
  rows: readonly EncodedRows[],
  session: Session,
  schema: string,
  patience: Patience,
): Promise<Tried<readonly Written[]>> {
  const streams = [...new Set(rows.map(({ table }) => table.stream))];
  let mayCopy = true;
  const attempt = (milliseconds: number) =>
    session.transaction(milliseconds, async connection => {
      const locked = (await connection.rows(lockSql(schema, streams, "share"))).map(lockedTable);
      const parts = rows.map(each => partOf(each, locked.find(isOf(each)) ?? missing(each)));
      mayCopy &&= await fits(parts, schema, connection);
      return writeParts(parts, { connection, schema, mayCopy });
    });
  return retrying(async milliseconds => {
    const started = performance.now();
    try {
      return await attempt(milliseconds);
    } catch (error) {
      // Rows without keys were written by an earlier attempt: a COPY can't pass over them.
      if ((error as { readonly code?: unknown }).code !== uniqueViolation || !mayCopy) throw error;
      mayCopy = false;
      return attempt(milliseconds - (performance.now() - started));
    }
  }, patience);
}

/** Returns whether rows without keys, of which a batch has one table, fit that as they are. */
async function fits([part]: readonly Part[], schema: string, connection: Connection): Promise<boolean> {
  if (part === undefined || part.isOutdated || part.rows.table.keyNames!.length > 0) return false;
  const [row] = await connection.rows<{ readonly fits: boolean }>(fitsSql(schema, part.rows));
  return row!.fits;
}

const isOf =
  ({ table }: EncodedRows) =>
  ({ stream }: LockedTable) =>
    stream === table.stream;

const missing = ({ table }: EncodedRows) => {
  throw new Error(`the table ${table.name} was removed from ${registry}`);
};

interface Part {
  readonly rows: EncodedRows;
  readonly locked: LockedTable;
  readonly isOutdated: boolean;
  /** All its rows are written, unless they are there already. */
  readonly isWhole: boolean;
}

function partOf(rows: EncodedRows, locked: LockedTable): Part {
  const isWhole =
    rows.version !== undefined ||
    locked.activeVersion === undefined ||
    rows.firstSequence > locked.activatedSequence;
  return { rows, locked, isOutdated: isOutdated(rows.version, locked), isWhole };
}

interface WritingParts {
  readonly connection: Connection;
  readonly schema: string;
  /** Whether rows without keys may go straight to their table. */
  readonly mayCopy: boolean;
}

async function writeParts(
  parts: readonly Part[],
  { connection, schema, mayCopy }: WritingParts,
): Promise<readonly Written[]> {
  const current = parts.filter(each => !each.isOutdated);
  const isCopied = ({ rows, isWhole }: Part) => mayCopy && isWhole && rows.table.keyNames!.length === 0;
  const sql = current.map(each =>
    isCopied(each) ? copySql(schema, each.rows) : writeSql(schema, each.rows, each.locked),
  );
  const answers =
    sql.length === 0
      ? []
      : await connection.copy(
          sql.join(";\n"),
          current.map(({ rows }) => rows.bytes),
        );
  const counts = answers.flat() as { readonly inserted: string; readonly updated: string }[];
  return parts.map(part => {
    const { rows, isOutdated: isStale } = part;
    const all = rows.records.length;
    const copied = { inserted: all, updated: 0 };
    const none = { inserted: 0, updated: 0 };
    const counted = isStale ? none : isCopied(part) ? copied : counts.shift()!;
    const [inserted, updated] = [Number(counted.inserted), Number(counted.updated)];
    return { stream: rows.table.stream, inserted, updated, stale: all - inserted - updated };
  });
}

/** Returns the outcome of a batch that is rejected because of one table; undefined if it is not known. */
export function rejection(
  { failure, attempts }: { readonly failure: Failure; readonly attempts: number },
  rows: readonly EncodedRows[],
  batch: Batch,
): Outcome | undefined {
  if (failure.kind !== "rejected" || failure.place === undefined) return undefined;
  const { message, place } = failure;
  const part = rows.find(each => [batchName(each), each.table.name].includes(place.relation));
  const record = part?.records[place.row ?? 0];
  if (part === undefined || record === undefined) return undefined;
  return {
    kind: "rejected",
    message: place.row === undefined ? `${theFirstOf(part)}: ${message}` : message,
    record: batch.records.indexOf(record),
    ...fieldOf(part, place),
    attempts,
  };
}

const theFirstOf = ({ records, table }: EncodedRows) =>
  `the first of the batch's ${records.length} records for the table ${table.name}`;

const fieldOf = ({ columns }: EncodedRows, { column }: Place) => {
  const field = columns.find(({ name }) => name === column)?.field;
  return field === undefined ? {} : { field };
};
