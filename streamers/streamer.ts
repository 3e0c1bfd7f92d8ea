import * as z from "zod/mini";
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
  /** Where to go on once these rows, and all before them, are accepted; undefined where that can't be said yet. */
  readonly place: Place | undefined;
}

/** A part of what a streamer reads, which goes on from a place of its own. */
export interface Source<Place = unknown> {
  readonly name: string;
  readonly tables: readonly Table[];
  /** From `place` on, or all there is. What `place` says has been given before is given again at most where a bound falls. */
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
  /** What is wrong and its mend, for an error of the source's client that it knows. */
  explain(error: unknown): string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a vendor's API is. */
export const address = z.url({
  protocol: /^https?$/,
  error: "set it to an address that begins with https:// or http://, or leave it out",
});

/** The environment lacks what a streamer needs: each name, and what is wrong with it. */
export class Unsettled extends Error {}

/** What is wrong and its mend, by the HTTP status that an error of the source's client came with. */
interface Mends {
  readonly byStatus: Readonly<Record<number, string>>;
  statusOf(error: unknown): number | undefined;
}

/** Makes a streamer whose sources are made from a checked environment. */
export function streamer<Settings extends z.ZodMiniObject>(made: {
  readonly name: string;
  readonly about: string;
  readonly environment: Settings;
  readonly sources: (settings: z.output<Settings>, run: Run) => readonly Source[];
  readonly mends?: Mends;
}): Streamer {
  const { mends, ...rest } = made;
  return {
    ...rest,
    explain(error) {
      const mend = mends?.byStatus[mends.statusOf(error) ?? 0];
      return mend && `${(error as Error).message}\n${mend}`;
    },
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

/**
 * All messages of a run, source by source: a source's schemas, then its records, with a bookmark of the whole streamer
 * behind each page that allows one.
 */
export async function* messages(
  sources: readonly Source[],
  from: Bookmark | undefined,
  { log }: Run,
): AsyncGenerator<Message> {
  let value = from ?? {};
  for (const source of sources) {
    for (const table of source.tables) yield { type: "SCHEMA", table };
    let records = 0;
    for await (const { rows, place } of source.pages(value[source.name])) {
      for (const [table, record] of rows) yield { type: "RECORD", table, record };
      records += rows.length;
      if (place === undefined) continue;
      value = { ...value, [source.name]: place };
      yield { type: "BOOKMARK", value };
    }
    log(`${source.name}: ${records} records`);
  }
  // Though nothing is new, it says that all was read.
  if (Object.keys(value).length > 0) yield { type: "BOOKMARK", value };
}
