import { mkdir, open, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { batchRows } from "./batch.ts";
import { pushedRows } from "./push.ts";
import { LandedTable, type Row } from "./rows.ts";
import { fromJson, fromTransit } from "./values.ts";

/** A request that was accepted, exactly as it came. */
export interface LoggedRequest {
  readonly endpoint: "push" | "batch";
  readonly contentType: "application/json" | "application/transit+json";
  readonly clientId: number;
  readonly body: string;
}

const newline = 0x0a;
const pathOf = (dir: string) => join(dir, "accepted.ndjson");

/** Appends accepted requests to a file in `dir`, a line each, on disk before `append` resolves. */
export async function openLog(dir: string) {
  await mkdir(dir, { recursive: true });
  await dropTornLine(pathOf(dir));
  const file = await open(pathOf(dir), "a");
  let last: Promise<void> = Promise.resolve();
  return {
    append(request: LoggedRequest): Promise<void> {
      const write = async () => {
        await file.appendFile(`${JSON.stringify(request)}\n`);
        await file.datasync();
      };
      last = last.catch(() => undefined).then(write);
      return last;
    },
    close: () => last.catch(() => undefined).then(() => file.close()),
  };
}

/** A process that was killed while it wrote leaves half a line, which nobody was told is accepted. */
async function dropTornLine(path: string): Promise<void> {
  const bytes = await readLog(path);
  const whole = bytes.lastIndexOf(newline) + 1;
  if (whole < bytes.length) await truncate(path, whole);
}

async function readLog(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

/** The rows of a request's body. Throws a Refusal, and a SyntaxError for what is neither JSON nor transit. */
export function rowsOf({ endpoint, contentType, clientId, body }: LoggedRequest): Row[] {
  const value = contentType === "application/json" ? fromJson(body) : fromTransit(body);
  return endpoint === "push" ? pushedRows(value, clientId) : batchRows(value);
}

/** Everything that landed, by table; a half-written last line is passed over. */
export async function landedTables(dir: string): Promise<Map<string, LandedTable>> {
  const bytes = await readLog(pathOf(dir));
  const tables = new Map<string, LandedTable>();
  for (
    let start = 0, end = bytes.indexOf(newline);
    end >= 0;
    start = end + 1, end = bytes.indexOf(newline, start)
  ) {
    for (const row of rowsOf(JSON.parse(bytes.toString("utf8", start, end)) as LoggedRequest)) {
      const table = tables.get(row.table) ?? new LandedTable();
      tables.set(row.table, table);
      table.land(row);
    }
  }
  return tables;
}
