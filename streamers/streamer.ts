import * as z from "zod/mini";
import { Refusal } from "./refusal.ts";
import type { Row, Table } from "./table.ts";

/** A message of a stitchstream: docs/format.md. */
export type Message =
  | { readonly type: "SCHEMA"; readonly table: Table }
  | { readonly type: "RECORD"; readonly table: Table; readonly record: Row }
  | { readonly type: "BOOKMARK"; readonly value: Bookmark };

/** Where each source stands, by its name. */
export type Bookmark = Readonly<Record<string, unknown>>;

/** What a source gave in one go. */
export interface Page<Place> {
  readonly rows: readonly (readonly [table: Table, row: Row])[];
  /**
   * Where to go on once these rows, and all before them, are accepted; undefined where that can't be said
   * yet.
   */
  readonly place: Place | undefined;
}

/** A part of what a streamer reads, which continues from a place of its own. */
export interface Source<Place = unknown> {
  readonly name: string;
  readonly tables: readonly Table[];
  /**
   * From `place` on, or all there is. What `place` says has been given before is given again at most where a
   * bound falls.
   */
  pages(place: Place | undefined): AsyncIterable<Page<Place>>;
}

/** What a run can do beside reading. */
export interface Run {
  /** Tells people of what is going on; never of a credential or a record's contents. */
  log(line: string): void;
  /** So many ms is what clients take for a second when they wait to try again: 1,000 but in tests. */
  readonly second: number;
  /** How long clients wait for an answer, with its body, before they try again, ms: a minute but in tests. */
  readonly timeout: number;
}

/** Reads a source of data from a bookmark on. */
export interface Streamer {
  readonly name: string;
  /** A line for `--help`. */
  readonly about: string;
  /** Settings and credentials, by their names in the environment. */
  readonly environment: z.ZodMiniObject;
  /** Throws Unsettled for an environment that is not complete. */
  sources(env: Environment, run: Run): readonly Source[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a vendor's API is. */
export const address = z.url({
  protocol: /^https?$/,
  error: "set it to an address that begins with https:// or http://, or leave it out",
});

/** The environment lacks what a streamer needs: each name, and what is wrong with it. */
export class Unsettled extends Error {}

/** Makes a streamer whose sources are made from a checked environment. */
export function streamer<Settings extends z.ZodMiniObject>(made: {
  readonly name: string;
  readonly about: string;
  readonly environment: Settings;
  readonly sources: (settings: z.output<Settings>, run: Run) => readonly Source[];
}): Streamer {
  return {
    ...made,
    sources(env, run) {
      // An empty variable is as good as none: shells make them.
      const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
      const settings = z.safeParse(made.environment, given);
      if (settings.success) return made.sources(settings.data, run);
      const faults = settings.error.issues.map(({ path, message }) => {
        const name = path.join(".");
        return given[name] === undefined ? `${name} is not set` : `${name}: ${message}`;
      });
      throw new Unsettled(faults.join("\n"));
    },
  };
}

/** Sources could not be read, and all others were: which, why, and what to do. */
class NotAllRead extends Error {
  override readonly name = "NotAllRead";
}

interface Unread {
  readonly source: string;
  readonly refusal: Refusal;
}

/**
 * All messages of a run, source by source: a source's schemas, then its records, with a bookmark of the whole
 * streamer after each page that allows one. A source that the vendor refuses keeps its place, and the sources
 * after it are read. Rejects in the end with NotAllRead, unless the vendor says that there is nothing to
 * read; with any other error where it occurs.
 */
export async function* messages(
  sources: readonly Source[],
  from: Bookmark | undefined,
  run: Run,
): AsyncGenerator<Message> {
  const unread: Unread[] = [];
  let value = from ?? {};
  try {
    for (const source of sources) {
      for await (const message of messagesOf(source, value, unread, run)) {
        if (message.type === "BOOKMARK") value = message.value;
        yield message;
      }
    }
  } catch (error) {
    for (const line of linesOn(unread)) run.log(line);
    throw error;
  }
  // Though nothing is new, it says that all was read.
  if (Object.keys(value).length > 0) yield { type: "BOOKMARK", value };
  if (unread.some(({ refusal }) => refusal.reach === "source"))
    throw new NotAllRead(linesOn(unread).join("\n"));
  for (const line of linesOn(unread)) run.log(line);
}

async function* messagesOf(
  source: Source,
  value: Bookmark,
  unread: Unread[],
  { log }: Run,
): AsyncGenerator<Message> {
  for (const table of source.tables) yield { type: "SCHEMA", table };
  let records = 0;
  try {
    for await (const { rows, place } of source.pages(value[source.name])) {
      for (const [table, record] of rows) yield { type: "RECORD", table, record };
      records += rows.length;
      if (place !== undefined) yield { type: "BOOKMARK", value: { ...value, [source.name]: place } };
    }
  } catch (error) {
    if (!(error instanceof Refusal) || error.reach === "run") throw error;
    unread.push({ source: source.name, refusal: error });
  }
  log(`${source.name}: ${records} records`);
}

/** A line for each, and what to do once for all that share it. */
function linesOn(unread: readonly Unread[]): readonly string[] {
  const each = unread.map(({ source, refusal }) => ({ source, lines: refusal.message.split("\n") }));
  const hints = new Set(each.flatMap(({ lines }) => lines.slice(1)));
  return [...each.map(({ source, lines: [line] }) => `${source} was not read: ${line}`), ...hints];
}
