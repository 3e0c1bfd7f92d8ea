import type { Batch, Outcome } from "../persister/destination.ts";
import type { EncodedRows } from "./batch-rows.ts";
import type { Connection, Session } from "./connection.ts";
import type { CopyPlace } from "./failure.ts";
import { type Patience, retrying, type Tried } from "./retrying.ts";
import {
  batchName,
  copySql,
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

/** Writes a batch's rows in one transaction, with retries. */
export function writeRows(
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
      const parts = rows.map((each, n) => partOf(each, n, locked.find(isOf(each)) ?? missing(each)));
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
  readonly n: number;
  readonly isOutdated: boolean;
  /** All its rows are written, unless they are there already. */
  readonly isWhole: boolean;
}

function partOf(rows: EncodedRows, n: number, locked: LockedTable): Part {
  const isWhole =
    rows.version !== undefined ||
    locked.activeVersion === undefined ||
    rows.firstSequence > locked.activatedSequence;
  return { rows, locked, n, isOutdated: isOutdated(rows.version, locked), isWhole };
}

interface Writing {
  readonly connection: Connection;
  readonly schema: string;
  /** Whether rows without keys may go straight to their table. */
  readonly mayCopy: boolean;
}

async function writeParts(
  parts: readonly Part[],
  { connection, schema, mayCopy }: Writing,
): Promise<readonly Written[]> {
  const current = parts.filter(each => !each.isOutdated);
  const isCopied = ({ rows, isWhole }: Part) => mayCopy && isWhole && rows.table.keyNames!.length === 0;
  const sql = current.map(each =>
    isCopied(each) ? copySql(schema, each.rows) : writeSql(schema, each.rows, each.locked, each.n),
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

/** Returns the outcome of a batch that is rejected because of one record; undefined if that is not known. */
export function rejection(
  { failure, attempts }: Extract<Tried<unknown>, { readonly failure: unknown }>,
  rows: readonly EncodedRows[],
  batch: Batch,
): Outcome | undefined {
  if (failure.kind !== "rejected" || failure.place === undefined) return undefined;
  const { message, place } = failure;
  const part = rows.find((each, n) => place.relation === batchName(n) || place.relation === each.table.name);
  const record = part?.records[place.row];
  if (part === undefined || record === undefined) return undefined;
  return {
    kind: "rejected",
    message,
    record: batch.records.indexOf(record),
    ...fieldOf(part, place),
    attempts,
  };
}

const fieldOf = ({ columns }: EncodedRows, { column }: CopyPlace) => {
  const field = columns.find(({ name }) => name === column)?.field;
  return field === undefined ? {} : { field };
};
