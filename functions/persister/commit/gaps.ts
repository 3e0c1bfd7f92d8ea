import type { Streamer } from "../store.ts";

/** How many gaps between bookmarks a streamer's item keeps: its expected interval is the longest. */
const gapsMax = 10;
/** Bookmarks closer than this are those of one run, which is sent in segments. */
const burstSeconds = 60;

/**
 * Returns the last gaps between a streamer's bookmarks, oldest first, in seconds, once another bookmark is
 * committed `at`, in ms since the epoch. A gap of a burst never displaces a longer one: a run of many
 * segments would leave nothing of the interval between runs.
 */
export function gapsAfter({ gaps, commit }: Streamer, at: number): readonly number[] | undefined {
  if (commit?.bookmarkAt === undefined) return gaps;
  const gap = Math.max(0, Math.round((at - commit.bookmarkAt) / 1_000));
  const earlier = gaps ?? [];
  if (earlier.length < gapsMax) return [...earlier, gap];
  const displaced = gap < burstSeconds ? earlier.findIndex(each => each < burstSeconds) : 0;
  return displaced === -1 ? earlier : [...earlier.filter((_, i) => i !== displaced), gap];
}
