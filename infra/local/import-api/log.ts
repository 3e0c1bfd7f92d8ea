import { mkdir, open, truncate } from "node:fs/promises";
import { join } from "node:path";
import { cellOf } from "./columns.ts";
import { keyOf, type Row } from "./rows.ts";
import { kindOf, type Shape, Shapes } from "./shapes.ts";
import { toJson } from "./values.ts";

/** A line of the log: an accepted row, or, without data, the activation of a table's version. */
export interface LoggedRow {
  readonly request: number;
  readonly table: string;
  /** Digits, as `version` is. */
  readonly sequence: string;
  readonly version: string | null;
  /** Identifies the row; null for an appended one. */
  readonly key: string | null;
  /** Cells by the names of their columns: columns.ts defines their contents. */
  readonly data: Readonly<Record<string, string | null>> | null;
}

/** The line after a request's last row. Without it, none of the request's rows count. */
export interface RequestEnd {
  readonly request: number;
  readonly rows: number;
  readonly shapes: readonly Shape[];
}

export const logPathOf = (dir: string) => join(dir, "rows.ndjson");

/** Opens the log in `dir`. `append` resolves once all rows of an accepted request are on disk. */
export async function openLog(dir: string) {
  await mkdir(dir, { recursive: true });
  const path = logPathOf(dir);
  const { request, end } = await lastRequest(path);
  const file = await open(path, "a");
  // A process that was killed while it wrote leaves a part of a request, which got no response.
  await truncate(path, end);
  let requests = request;
  let last: Promise<void> = Promise.resolve();
  return {
    /** `linesOf` returns the lines of a request by its number. What it throws, stores nothing. */
    async append(linesOf: (request: number) => Lines): Promise<void> {
      const request = ++requests;
      const { text, ...summary } = linesOf(request);
      const end: RequestEnd = { request, ...summary };
      const write = async () => {
        const { size } = await file.stat();
        try {
          await file.appendFile(text);
          await file.appendFile(`${JSON.stringify(end)}\n`);
          await file.datasync();
        } catch (error) {
          // A full disk may hold half a line, to which the next row would be appended.
          await file.truncate(size);
          throw error;
        }
      };
      last = last.catch(() => undefined).then(write);
      return last;
    },
    close: () => last.catch(() => undefined).then(() => file.close()),
  };
}

/** The lines of a request's rows. */
export interface Lines {
  readonly text: Uint8Array | string;
  readonly rows: number;
  readonly shapes: readonly Shape[];
}

/** Returns the lines of rows, of the request with this number. */
export function linesOf(rows: readonly Row[], request: number): Lines {
  const names = new Map<string, string>();
  const shapes = new Shapes();
  let text = "";
  for (const row of rows) text += lineOf(row, request, { names, shapes });
  return { text, rows: rows.length, shapes: shapes.all() };
}

/** The lines of a request share the columns' names as JSON, and the shapes of the rows. */
interface Shared {
  readonly names: Map<string, string>;
  readonly shapes: Shapes;
}

/** Returns a LoggedRow, with its newline. */
function lineOf(
  { table, sequence, version, keyNames, data }: Row,
  request: number,
  { names, shapes }: Shared,
): string {
  const key = data === undefined || keyNames.length === 0 ? null : keyOf(keyNames, data, version);
  let cells = "";
  let kinds = "";
  for (const [name, value] of data ?? []) {
    const column = names.get(name) ?? toJson(name);
    names.set(name, column);
    const cell = cellOf(value);
    kinds += kindOf(cell);
    cells += `${cells && ","}${column}:${toJson(cell)}`;
  }
  if (data !== undefined) shapes.add({ table, names: [...data.keys()], kinds });
  const numbers = `"sequence":"${sequence}","version":${version === undefined ? null : `"${version}"`}`;
  const identity = `"table":${toJson(table)},${numbers},"key":${toJson(key)}`;
  return `{"request":${request},${identity},"data":${data ? `{${cells}}` : null}}\n`;
}

/** No row contains this, as quotes within its values are escaped. */
const endLine = /(?:^|\n)\{"request":(\d+),"rows":\d+(?:,"shapes":\[.*\])?\}\n/g;
const tailBytes = 64 * 1024;

/** Resolves to the number and the end of the log's last whole request; both are 0 without one. */
async function lastRequest(path: string): Promise<{ request: number; end: number }> {
  const file = await openIfThere(path);
  if (file === undefined) return { request: 0, end: 0 };
  try {
    const { size } = await file.stat();
    for (let length = tailBytes; ; length *= 4) {
      const start = Math.max(0, size - length);
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - start), position: start });
      // A byte a character: its place in the text is its place in the file.
      const found = [...buffer.toString("latin1", 0, bytesRead).matchAll(endLine)].at(-1);
      if (found !== undefined)
        return { request: Number(found[1]), end: start + found.index + found[0].length };
      if (start === 0) return { request: 0, end: 0 };
    }
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string) {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
