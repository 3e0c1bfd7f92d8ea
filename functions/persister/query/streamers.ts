import { allSettled } from "../all-settled.ts";
import { entryCommitOf } from "../commit/entry.ts";
import { type BoundStore, within } from "../deadline.ts";
import type { Entry, EntryCommit, LastFailure, Settings } from "../entries.ts";
import type { Clock } from "../ports.ts";
import type { Store, StoredLease, Streamer } from "../store.ts";
import { entryFreshness, type Freshness, freshnessOf } from "./staleness.ts";

/**
 * `stale`: no bookmark for longer than is expected. `failing`: the last delivery failed. `running`: a
 * delivery is in flight. If several apply, the first.
 */
type StreamerCondition = "stale" | "failing" | "running" | "ok";

/** A summary of a streamer; times in ms since the epoch. */
export interface Summary {
  readonly streamer: string;
  readonly state: StreamerCondition;
  readonly revision: number;
  /** The last commit; undefined before the first. */
  readonly committedAt: number | undefined;
  /** Time since the bookmark was sent, ms; undefined without a bookmark. */
  readonly bookmarkAge: number | undefined;
  /** The number of deliveries that were committed whole. */
  readonly deliveries: number;
  readonly records: number;
  /** The delivery that holds the streamer's lease. */
  readonly inFlight: StoredLease | undefined;
  /** The interval that is expected between bookmarks, ms; undefined before it is known. */
  readonly expectedInterval: number | undefined;
  /** From when on the bookmark is stale. */
  readonly staleAt: number | undefined;
  readonly expectedEvery: string | undefined;
  readonly lastFailure: LastFailure | undefined;
}

/** A part of a list. `next` is the cursor of the next page; undefined on the last one. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly next: string | undefined;
}

export interface StreamersParts extends Store {
  readonly clock: Clock;
  /** How old a bookmark may be while nothing is known of its streamer's interval, ms. */
  readonly bookmarkAgeMax: number;
}

export interface StreamersRequest {
  readonly named: ReadonlySet<string> | "all";
  readonly after: string;
  /** Only names that begin with this. */
  readonly prefix: string;
  readonly state: Exclude<StreamerCondition, "ok"> | undefined;
  readonly limit: number;
  readonly deadline: number;
}

/** The most streamers that a page inspects: it may be shorter than the limit, and still not be the last. */
const inspectedMax = 20_000;
/** With `running`, each streamer's item is read. */
const runningInspectedMax = 1_000;
/** A delivery that has just ended is often followed by another: a run's next segment, or another attempt. */
const activeMilliseconds = 120_000;
const readsAtOnce = 32;

/**
 * Lists streamers after the name `after`: all, or only those in `named`. Rows come from the entries. A
 * streamer's item is read before it is shown as stale, failing or running, as entries may be behind. Rejects
 * with `store-unavailable`.
 */
export async function listStreamers(
  request: StreamersRequest,
  parts: StreamersParts,
): Promise<Page<Summary>> {
  const { limit, state } = request;
  const ports = within(parts, request.deadline);
  const max = state === "running" ? runningInspectedMax : inspectedMax;
  const rows: Summary[] = [];
  let [inspected, last] = [0, ""];
  for await (const entries of chunksOf(entriesOf(request, ports), limit)) {
    const summaries = await summariesOf(entries, { ...parts, state }, ports);
    rows.push(...summaries.filter(row => state === undefined || row.state === state));
    last = entries.at(-1)!.streamer;
    inspected += entries.length;
    if (rows.length >= limit || inspected >= max) {
      const page = rows.slice(0, limit);
      return { entries: page, next: rows.length > limit ? page.at(-1)!.streamer : last };
    }
  }
  return { entries: rows, next: undefined };
}

/** Iterates over the entries of a request: of a few names, or of all. */
async function* entriesOf(
  { named, after, prefix, limit, state }: StreamersRequest,
  { entries }: BoundStore,
): AsyncIterable<Entry> {
  if (named === "all") {
    yield* entries.list({ after, prefix, expected: state === undefined ? limit : inspectedMax });
    return;
  }
  const names = [...named].filter(name => name > after && name.startsWith(prefix)).sort();
  for (const streamer of names) yield (await entries.read(streamer)) ?? { streamer };
}

/** Groups items into arrays of `size`; the last one may be shorter, but not empty. */
export async function* chunksOf<T>(items: AsyncIterable<T>, size: number): AsyncIterable<readonly T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

interface Wanted extends Pick<StreamersParts, "clock" | "bookmarkAgeMax"> {
  readonly state: StreamersRequest["state"];
}

/** Returns the rows of entries, without those of streamers that a failed write left no item of. */
async function summariesOf(
  entries: readonly Entry[],
  { clock, bookmarkAgeMax, state }: Wanted,
  ports: BoundStore,
): Promise<Summary[]> {
  const now = clock.now();
  const rows: (Summary | undefined)[] = [];
  for (let at = 0; at < entries.length; at += readsAtOnce) {
    const summaries = entries.slice(at, at + readsAtOnce).map(async entry => {
      const row = entrySummary(entry, now, bookmarkAgeMax);
      if (row !== undefined && !isRead(row, entry, state, now)) return row;
      if (row !== undefined && state !== undefined && state !== "running" && row.state === "ok")
        return undefined;
      const { streamer, settings } = await ports.streamers.readWithSettings(entry.streamer);
      return summaryOf({ entry, streamer, settings: settings?.settings }, now, bookmarkAgeMax);
    });
    rows.push(...(await allSettled(summaries)));
  }
  return rows.filter(row => row !== undefined);
}

/** Returns whether a row needs its streamer's item. */
function isRead(
  row: Summary,
  { commit, since = 0, lastFailure }: Entry,
  state: Wanted["state"],
  now: number,
) {
  if (row.state !== "ok" || state === "running") return true;
  return Math.max(commit?.at ?? 0, since, lastFailure?.at ?? 0) > now - activeMilliseconds;
}

/** Returns a row as the entry knows it; undefined for an entry that is only a name. */
function entrySummary(entry: Entry, now: number, ageMax: number): Summary | undefined {
  if (entry.since === undefined && entry.commit === undefined) return undefined;
  return rowOf(entry, { ...entry, inFlight: undefined }, entryFreshness(entry, ageMax), now);
}

/**
 * Returns a streamer's summary by its item, which the entry adds the last failure to; undefined if there is
 * neither an item nor a failure.
 */
export function summaryOf(
  {
    entry,
    streamer,
    settings,
  }: {
    readonly entry: Entry;
    readonly streamer: Streamer | undefined;
    readonly settings: Settings | undefined;
  },
  now: number,
  ageMax: number,
): Summary | undefined {
  if (streamer === undefined) {
    if (entry.lastFailure === undefined) return undefined;
    const known = { streamer: entry.streamer, since: entry.since!, settings: settings ?? {} };
    return rowOf(entry, { settings, inFlight: undefined }, entryFreshness(known, ageMax), now);
  }
  const { lease } = streamer;
  const inFlight = lease !== undefined && lease.until > now ? lease : undefined;
  const commit = entryCommitOf(streamer);
  return rowOf(entry, { commit, settings, inFlight }, freshnessOf(streamer, settings, entry, ageMax), now);
}

interface Known {
  readonly commit?: EntryCommit | undefined;
  readonly settings?: Settings | undefined;
  readonly inFlight: Summary["inFlight"];
}

function rowOf(
  { streamer, lastFailure }: Entry,
  { commit, settings, inFlight }: Known,
  fresh: Freshness | undefined,
  now: number,
): Summary {
  return {
    streamer,
    state: conditionOf({ commit, inFlight, lastFailure, fresh }, now),
    revision: commit?.revision ?? 0,
    committedAt: commit?.at,
    bookmarkAge: commit?.bookmarkAt && Math.max(0, now - commit.bookmarkAt),
    deliveries: commit?.deliveries ?? 0,
    records: commit?.records ?? 0,
    inFlight,
    expectedInterval: fresh?.expected,
    staleAt: fresh?.staleAt,
    expectedEvery: settings?.expectedEvery,
    lastFailure,
  };
}

function conditionOf(
  {
    commit,
    inFlight,
    lastFailure,
    fresh,
  }: {
    readonly commit: EntryCommit | undefined;
    readonly inFlight: Summary["inFlight"];
    readonly lastFailure: LastFailure | undefined;
    readonly fresh: Freshness | undefined;
  },
  now: number,
): StreamerCondition {
  if (fresh !== undefined && now > fresh.staleAt) return "stale";
  // A delivery that failed in part has committed at the same moment or before.
  if (lastFailure !== undefined && lastFailure.at >= (commit?.at ?? 0)) return "failing";
  return inFlight === undefined ? "ok" : "running";
}
