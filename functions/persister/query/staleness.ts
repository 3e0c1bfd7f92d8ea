import { longestGap } from "../commit/entry.ts";
import { durationMilliseconds } from "../duration.ts";
import type { Entry, Settings } from "../entries.ts";
import type { Streamer } from "../store.ts";

/** Tells whether a streamer's bookmark is stale. Times are ms since the epoch. */
export interface Freshness {
  /** When the last bookmark was committed, or the first delivery began if there is none. */
  readonly from: number;
  /** From when on the bookmark is stale. */
  readonly staleAt: number;
  /** The interval that is expected between bookmarks, ms; undefined before it is known. */
  readonly expected: number | undefined;
}

/** A late run is no trouble yet. */
const graceMilliseconds = 15 * 60_000;

/**
 * Returns from when on a streamer is stale: after twice the interval that is expected of it and a quarter of
 * an hour. `expectedEvery` sets the interval; otherwise it is the longest of the last gaps between bookmarks.
 * Without either, `ageMax` (ms) is the limit. Returns undefined if nothing of the streamer has begun.
 */
function freshness(
  {
    from,
    gapSeconds,
    settings,
  }: {
    readonly from: number | undefined;
    readonly gapSeconds: number | undefined;
    readonly settings: Settings | undefined;
  },
  ageMax: number,
): Freshness | undefined {
  if (from === undefined) return undefined;
  const set = settings?.expectedEvery && durationMilliseconds(settings.expectedEvery);
  const expected = set || (gapSeconds === undefined ? undefined : gapSeconds * 1_000);
  return {
    from,
    expected,
    staleAt: from + (expected === undefined ? ageMax : 2 * expected + graceMilliseconds),
  };
}

/** Returns the same by a streamer's item and its settings, which are the truth. */
export function freshnessOf(
  streamer: Streamer,
  settings: Settings | undefined,
  entry: Entry | undefined,
  ageMax: number,
): Freshness | undefined {
  const from = streamer.commit?.bookmarkAt ?? streamer.since ?? entry?.since;
  return freshness({ from, gapSeconds: longestGap(streamer), settings }, ageMax);
}

/** Returns the same as far as an entry knows. */
export const entryFreshness = ({ commit, since, settings }: Entry, ageMax: number) =>
  freshness({ from: commit?.bookmarkAt ?? since, gapSeconds: commit?.longestGap, settings }, ageMax);
