import { type LeasePorts, leasedFor } from "../persister/commit/lease.ts";
import { revisionOf, stateOf } from "../persister/commit/state.ts";
import { within } from "../persister/deadline.ts";
import { type ErrorCode, PersisterError } from "../persister/errors.ts";
import { runReserveMillisecondsMin, segmentMillisecondsMax } from "../persister/limits.ts";
import { type Parts, persist } from "../persister/persist.ts";
import { segments } from "../persister/segments/segment.ts";
import type { Bookmark, Streamer } from "../persister/store.ts";
import { NotSetUp, Stopped, StreamerFailed, type Streaming } from "./streaming.ts";

/** A scheduled run of a streamer. */
export interface Run {
  readonly streamer: string;
  readonly streaming: Streaming;
  /** When everything must be finished, ms since the epoch. */
  readonly deadline: number;
  /**
   * The chain of runs that this one begins or continues; a start that finds another one live ends at once.
   * Undefined where nothing starts a run while another one lasts.
   */
  readonly chain?: string | undefined;
}

/** The result of a run. */
export interface Ran {
  readonly streamer: string;
  /**
   * `unfinished`: time ran out, and another run resumes from the bookmark. `superseded`: another run is
   * active. `not-set-up`: the streamer's secret has no value yet.
   */
  readonly outcome: "whole" | "unfinished" | "superseded" | "not-set-up";
  readonly segments: number;
  readonly records: number;
}

/** Bookmarks wait this long for the lines after them, because each segment costs a delivery. */
const waitMilliseconds = 10_000;
const utf8 = new TextDecoder();

/** The next run of a chain starts within this time, or else the chain is over. */
const nextRunMillisecondsMax = 5 * 60_000;

/**
 * Runs a streamer as `runAlone` does, unless another chain of runs is live: then it ends at once. A backfill
 * that is longer than its schedule's interval so finds no runs waiting when it is done.
 */
export async function run(wanted: Run, parts: Parts): Promise<Ran> {
  const { streamer, deadline, chain: id } = wanted;
  if (id === undefined) return runAlone(wanted, parts);
  const { clock } = parts;
  const { chains } = within(parts, deadline);
  const claim = (until: number) => chains.claim({ streamer, id, until }, clock.now());
  if (!(await claim(deadline + nextRunMillisecondsMax)))
    return { streamer, outcome: "superseded", segments: 0, records: 0 };
  let isUnfinished = false;
  try {
    const ran = await runAlone(wanted, parts);
    isUnfinished = ran.outcome === "unfinished";
    return ran;
  } finally {
    // A failed one is over, too: another attempt has the same id, and the next start another one.
    // A chain that can't be ended or renewed here ends by itself.
    await claim(isUnfinished ? clock.now() + nextRunMillisecondsMax : 0).catch(() => false);
  }
}

/**
 * Runs a streamer from its last bookmark and delivers its output segment by segment, each with the revision
 * of the one before as its precondition: if two runs overlap, one exits without committing. Waits for the
 * lease of a run that was killed. Stops in time for the last segment. Rejects with StreamerFailed, also if
 * the streamer used all its time and sent no new bookmark, and as `persist` does.
 */
async function runAlone({ streamer, streaming, deadline }: Run, parts: Parts): Promise<Ran> {
  const { clock } = parts;
  const stopAt = deadline - runReserveMillisecondsMin;
  const came = { segments: 0, records: 0 };
  const ranOf = (outcome: Ran["outcome"]): Ran => ({ streamer, outcome, ...came });
  let hasMoved = false;
  try {
    const ports = within(parts, stopAt);
    const found = await waitUntilReleased(streamer, stopAt, ports);
    if (found === undefined) return ranOf("superseded");
    const { current } = found;
    const began = textOf((await stateOf(current?.commit, ports)).bookmark);
    let revision = revisionOf(current);
    const aborted = new AbortController();
    const source = streaming(began, stopAt, aborted.signal);
    for await (const { body } of segments(source, { clock, waitMilliseconds, aborted })) {
      const until = Math.min(deadline, clock.now() + segmentMillisecondsMax);
      const precondition = { match: [revision] };
      const { receipt } = await persist(
        { streamer, body, gzipped: false, precondition, segment: came.segments + 1, deadline: until },
        parts,
      );
      revision = receipt.state.revision;
      came.segments++;
      came.records += receipt.records;
      hasMoved ||= textOf(receipt.state.bookmark) !== began;
    }
    return ranOf("whole");
  } catch (error) {
    if (isSuperseded(error)) return ranOf("superseded");
    if (error instanceof NotSetUp) return ranOf("not-set-up");
    if (!(error instanceof Stopped)) throw error;
    if (hasMoved) return ranOf("unfinished");
    throw new StreamerFailed(
      `${streamer} sent no new bookmark before its time ran out: ` +
        "every run would start from the same place. Have it print bookmarks more often.",
    );
  }
}

/**
 * Resolves to the streamer once no lease holds it. A lease that expires unchanged belongs to a run that was
 * killed. Resolves to undefined if the lease is released or renewed meanwhile, or would outlast this run: its
 * holder is alive.
 */
async function waitUntilReleased(
  streamer: string,
  stopAt: number,
  { clock, streamers }: LeasePorts,
): Promise<{ readonly current: Streamer | undefined } | undefined> {
  const held = await streamers.read(streamer);
  const remaining = leasedFor(held, clock.now());
  if (remaining === 0) return { current: held };
  if (clock.now() + remaining >= stopAt) return undefined;
  await clock.sleep(remaining);
  const current = await streamers.read(streamer);
  return current?.fence === held?.fence ? { current } : undefined;
}

const textOf = (bookmark: Bookmark | undefined) => bookmark && utf8.decode(bookmark.value);

const superseding: readonly ErrorCode[] = ["delivery-in-flight", "precondition-failed", "superseded"];
const isSuperseded = (error: unknown) => error instanceof PersisterError && superseding.includes(error.code);
