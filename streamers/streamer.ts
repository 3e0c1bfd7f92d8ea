import * as z from "zod/mini";
import { Refusal } from "./refusal.ts";
import type { Row, Table } from "./table.ts";

/** A message of a stitchstream: docs/format.md. */
export type Message =
  | { readonly type: "SCHEMA"; readonly table: Table }
  | { readonly type: "RECORD"; readonly table: Table; readonly record: Row }
  | { readonly type: "BOOKMARK"; readonly value: Bookmark };

/** The position of each source, by its name. */
export type Bookmark = Readonly<Record<string, unknown>>;

/** Rows of a source that were read together. */
export interface Page<Position> {
  readonly rows: readonly (readonly [table: Table, row: Row])[];
  /**
   * Where to resume once these rows, and all before them, are accepted; undefined if that is not known yet.
   */
  readonly position: Position | undefined;
}

/** A part of a streamer's data, with a position of its own. */
export interface Source<Position = unknown> {
  readonly name: string;
  readonly tables: readonly Table[];
  /**
   * Reads pages from `position` on, or from the beginning. Only rows on a boundary, such as those of the last
   * second, may be yielded again.
   */
  pages(position: Position | undefined): AsyncIterable<Page<Position>>;
}

/** A run's surroundings. */
export interface Run {
  /** Reports progress to people; never a credential or a record's contents. */
  log(line: string): void;
  /** The length of a second when clients wait for a retry, ms: 1,000, and less in tests. */
  readonly second: number;
  /**
   * How long clients wait for a response with its body before they retry, ms: a minute, and less in tests.
   */
  readonly timeout: number;
}

/** A program that reads data from a bookmark on. */
export interface Streamer {
  readonly name: string;
  /** A line for `--help`. */
  readonly about: string;
  /** Settings and credentials, by their names in the environment. */
  readonly environment: z.ZodMiniObject;
  /** Throws ConfigError for an incomplete or invalid environment. */
  sources(env: Environment, run: Run): readonly Source[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The URL of a vendor's API. */
export const address = z.url({
  protocol: /^https?$/,
  error: "set it to an address that begins with https:// or http://, or leave it out",
});

/** The environment is incomplete or invalid; the message has a line for each variable. */
export class ConfigError extends Error {}

/** Returns a streamer, which checks the environment before it makes its sources. */
export function streamer<Settings extends z.ZodMiniObject>(made: {
  readonly name: string;
  readonly about: string;
  readonly environment: Settings;
  readonly sources: (settings: z.output<Settings>, run: Run) => readonly Source[];
}): Streamer {
  return {
    ...made,
    sources(env, run) {
      // Shells set empty variables: they count as absent.
      const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
      const settings = z.safeParse(made.environment, given);
      if (settings.success) return made.sources(settings.data, run);
      const faults = settings.error.issues.map(({ path, message }) => {
        const name = path.join(".");
        return given[name] === undefined ? `${name} is not set` : `${name}: ${message}`;
      });
      throw new ConfigError(faults.join("\n"));
    },
  };
}

/** Some sources could not be read; all others were. The message says which, why, and what to do. */
class NotAllRead extends Error {
  override readonly name = "NotAllRead";
}

interface Unread {
  readonly source: string;
  readonly refusal: Refusal;
}

/**
 * Yields all messages of a run, source by source: a source's schemas, then its records, with a bookmark of
 * the whole streamer after each page that allows one. A source that the vendor refuses keeps its position,
 * and the next sources are read. At the end rejects with NotAllRead, unless the vendor says that there is
 * nothing to read. Rejects with any other error at once.
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
  // Even without new records, a last bookmark shows that everything was read.
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
    for await (const { rows, position } of source.pages(value[source.name])) {
      for (const [table, record] of rows) yield { type: "RECORD", table, record };
      records += rows.length;
      if (position !== undefined) yield { type: "BOOKMARK", value: { ...value, [source.name]: position } };
    }
  } catch (error) {
    if (!(error instanceof Refusal) || error.reach === "run") throw error;
    unread.push({ source: source.name, refusal: error });
  }
  log(`${source.name}: ${records} records`);
}

/** Returns a line for each source, and each hint once. */
function linesOn(unread: readonly Unread[]): readonly string[] {
  const each = unread.map(({ source, refusal }) => ({ source, lines: refusal.message.split("\n") }));
  const hints = new Set(each.flatMap(({ lines }) => lines.slice(1)));
  return [...each.map(({ source, lines: [line] }) => `${source} was not read: ${line}`), ...hints];
}
