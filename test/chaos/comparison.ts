import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "./client.ts";
import { Landed } from "./landed.ts";
import { idOf } from "./source.ts";

export interface Comparison {
  readonly requests: number;
  readonly records: number;
  readonly rows: number;
  readonly archived: number;
  readonly bookmarks: number;
  /** What is not as the input says, a line each. */
  readonly faults: readonly string[];
}

/** Holds what landed, what is archived and where the bookmarks stood against what the clients have sent. */
export async function compare(
  clients: readonly Client[],
  logPath: string,
  archiveDir: string,
): Promise<Comparison> {
  for (const client of clients) {
    const { bookmark } = await client.fetchBookmark();
    if (bookmark !== client.position)
      throw new Error(`${client.streamer}: the bookmark is ${bookmark}, ${client.position} was answered`);
  }
  const landed = new Landed(clients);
  landed.read(await readFile(logPath));
  const faults: string[] = [];
  let [rows, archived, bookmarks] = [0, 0, 0];
  for (const { streamer, position, taken, seen } of clients) {
    const found = landed.rowsOf(streamer);
    rows += found.size;
    archived += taken.length;
    bookmarks += seen.length;
    faults.push(...rowFaults(streamer, position, found));
    for (const { bytes, archive } of taken) {
      const kept = await readFile(join(archiveDir, archive.replace("s3://", "")));
      if (!kept.equals(bytes)) faults.push(`${streamer}: ${archive} is not what was sent`);
    }
  }
  faults.push(...landed.faults);
  return { requests: landed.requests, records: landed.records, rows, archived, bookmarks, faults };
}

/** One row an id, of its newest change. */
function rowFaults(streamer: string, last: number, rows: ReadonlyMap<string, string>): string[] {
  const newest = new Map<string, string>();
  for (let position = 1; position <= last; position++) newest.set(String(idOf(position)), String(position));
  const faults: string[] = [];
  for (const id of new Set([...newest.keys(), ...rows.keys()]))
    if (rows.get(id) !== newest.get(id))
      faults.push(`${streamer}: row ${id} is of ${rows.get(id)}, not of ${newest.get(id)}`);
  return faults;
}
