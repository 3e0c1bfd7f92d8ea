import { expect } from "vitest";
import type { FormatName } from "../../streamers/format.ts";
import { bookmarkOf } from "../../streamers/format.ts";
import { lines } from "../../streamers/program.ts";
import type { Bookmark, Streamer } from "../../streamers/streamer.ts";
import { getBookmark, type LocalStack, post } from "../endpoint/local-stack.ts";

export interface Ran {
  readonly log: string[];
  /** The number of records of each stream. */
  readonly records: Readonly<Record<string, number>>;
}

/** The options of a run. */
interface Options {
  readonly format?: FormatName;
  /** The run is ended after this many bookmarks. */
  readonly bookmarksMax?: number;
  /** How long it waits for an answer, in ms. */
  readonly timeout?: number;
}

/** The output and log of a run, without sending anything. */
export interface Read {
  readonly printed: readonly string[];
  readonly log: readonly string[];
  readonly failure: Error | undefined;
  /** The record lines of each stream. */
  readonly records: Readonly<Record<string, readonly string[]>>;
  /** The last bookmark. */
  readonly bookmark: Bookmark | undefined;
}

/** Runs a streamer from a bookmark to its end or its failure. */
export async function readRun(
  streamer: Streamer,
  env: NodeJS.ProcessEnv,
  from?: Bookmark,
  { format = "jsonline", second = 1 }: { format?: FormatName; second?: number } = {},
): Promise<Read> {
  const log: string[] = [];
  const run = { log: (line: string) => void log.push(line), second, timeout: 60_000 };
  const printed: string[] = [];
  let failure: Error | undefined;
  try {
    for await (const line of lines(streamer, { format, bookmark: from, env }, run)) printed.push(line);
  } catch (error) {
    failure = error as Error;
  }
  const records: Record<string, string[]> = {};
  let bookmark = from;
  for (const line of printed) {
    const stream = streamOf(line);
    if (stream !== undefined) records[stream] = [...(records[stream] ?? []), line];
    const value = /"(?:BOOKMARK|STATE)","value"[:,](.*).\n$/.exec(line)?.[1];
    if (value !== undefined) bookmark = bookmarkOf(value);
  }
  return { printed, log, failure, records, bookmark };
}

const streamOf = (line: string) => /"RECORD","stream",?:?"(\w+)"/.exec(line)?.[1];

/**
 * Runs a streamer from the endpoint's bookmark, and POSTs its output. If it fails, its output so far is
 * POSTed anyway, and its error thrown.
 */
export async function deliverRun(
  stack: LocalStack,
  streamer: Streamer,
  env: Record<string, string>,
  { format = "jsonline", bookmarksMax = Number.POSITIVE_INFINITY, timeout = 60_000 }: Options = {},
): Promise<Ran> {
  const standing = await getBookmark(stack, streamer.name);
  const bookmark = standing.status === 404 ? undefined : bookmarkOf(await standing.text());
  const log: string[] = [];
  const run = { log: (line: string) => void log.push(line), second: 1, timeout };
  const printed: string[] = [];
  let bookmarks = 0;
  let failure: unknown;
  try {
    for await (const line of lines(streamer, { format, bookmark, env }, run)) {
      printed.push(line);
      if (/"(BOOKMARK|STATE)"/.test(line) && ++bookmarks === bookmarksMax) break;
    }
  } catch (error) {
    failure = error;
  }
  const body = printed.join("");
  if (body !== "") {
    const answer = await post(stack, streamer.name, body);
    if (answer.status !== 200) expect(await answer.json()).toEqual("a receipt");
  }
  if (failure !== undefined) throw failure;
  const records: Record<string, number> = {};
  for (const line of printed) {
    const stream = streamOf(line);
    if (stream !== undefined) records[stream] = (records[stream] ?? 0) + 1;
  }
  return { log, records };
}
