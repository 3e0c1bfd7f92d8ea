import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "./client.ts";
import { type Fault, Landed } from "./landed.ts";
import { idOf } from "./source.ts";

/** A delivery that was answered 200. */
export interface DeliveryResult {
  readonly bytes: Uint8Array;
  /** `s3://bucket/key` */
  readonly archive: string;
}

export interface Comparison {
  readonly requests: number;
  readonly records: number;
  readonly rows: number;
  readonly archived: number;
  readonly bookmarks: number;
  readonly faults: readonly Fault[];
}

/** Compares the rows, the archive and the bookmarks with what the clients sent. */
export async function compare(
  clients: readonly Client[],
  logPath: string,
  archiveDir: string,
): Promise<Comparison> {
  const faults: Fault[] = [];
  for (const client of clients) faults.push(...bookmarkFaults(client, await client.fetchBookmark()));
  const landed = new Landed(clients);
  landed.read(await readFile(logPath));
  let [rows, archived, bookmarks] = [0, 0, 0];
  for (const { streamer, position, taken, seen } of clients) {
    const found = landed.rowsOf(streamer);
    rows += found.size;
    bookmarks += seen.length;
    faults.push(...positionFaults(streamer, position, landed.positionsOf(streamer)));
    faults.push(...rowFaults(streamer, position, found));
    const unkept = await archiveFaults(taken, archiveDir);
    archived += taken.length - unkept.length;
    faults.push(...unkept);
  }
  faults.push(...landed.faults);
  return { requests: landed.requests, records: landed.records, rows, archived, bookmarks, faults };
}

/** The bookmark is the last receipt's. A streamer without an accepted delivery has tested nothing. */
function bookmarkFaults({ streamer, position }: Client, { bookmark }: { bookmark: number }): Fault[] {
  const text = `${streamer}: the bookmark is ${bookmark}, ${position} was answered`;
  if (bookmark > position) return [{ kind: "ahead", text }];
  return bookmark < position || position === 0 ? [{ kind: "missing", text }] : [];
}

function positionFaults(streamer: string, last: number, landed: ReadonlySet<number>): Fault[] {
  const faults: Fault[] = [];
  for (let position = 1; position <= last; position++)
    if (!landed.has(position))
      faults.push({ kind: "missing", text: `${streamer}: record ${position} never landed` });
  return faults;
}

/**
 * One row for each id, with its newest change up to the last bookmark. A run that was killed may have left
 * newer ones: the next run starts from the bookmark, and its streamer may print less.
 */
function rowFaults(streamer: string, last: number, rows: ReadonlyMap<number, number>): Fault[] {
  const newest = new Map<number, number>();
  for (let position = 1; position <= last; position++) newest.set(idOf(position), position);
  const faults: Fault[] = [];
  for (const id of new Set([...newest.keys(), ...rows.keys()])) {
    const [found, expected] = [rows.get(id), newest.get(id)];
    if (found === expected || (found !== undefined && found > last && idOf(found) === id)) continue;
    const kind = found === undefined ? "missing" : "stale";
    faults.push({ kind, text: `${streamer}: row ${id} is of ${found}, not of ${expected}` });
  }
  return faults;
}

async function archiveFaults(taken: readonly DeliveryResult[], archiveDir: string): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const { bytes, archive } of taken) {
    const kept = await readFile(join(archiveDir, archive.replace("s3://", ""))).catch(() => undefined);
    if (kept === undefined) faults.push({ kind: "missing", text: `${archive} is not in the archive` });
    else if (!kept.equals(bytes)) faults.push({ kind: "changed", text: `${archive} is not what was sent` });
  }
  return faults;
}
