import type { BoundStore } from "../deadline.ts";
import type { DayCounts, StreamCounts } from "../entries.ts";
import { PersisterError } from "../errors.ts";
import { dayStreamsMax } from "../limits.ts";

/** Returns the date of a time, in UTC: `2026-11-26`. `at` in ms since the epoch. */
export const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Returns what a delivery adds to the day on which it is committed. `at` in ms since the epoch. */
export function dayCountsOf(
  at: number,
  byStream: ReadonlyMap<string, Omit<StreamCounts, "stream">>,
): DayCounts {
  const streams = [...byStream].map(([stream, counts]) => ({ stream, ...counts }));
  const sum = (member: "records" | "bytes") => streams.reduce((total, each) => total + each[member], 0);
  const counted = streams.filter(({ records }) => records > 0).slice(0, dayStreamsMax);
  return { date: dateOf(at), records: sum("records"), bytes: sum("bytes"), streams: counted };
}

/**
 * Adds a committed delivery to its day, without a retry: counts may miss a delivery, and never contain one
 * twice. Never rejects. Resolves to what failed, for the log.
 */
export async function countDay(
  streamer: string,
  counts: DayCounts | undefined,
  { days }: Pick<BoundStore, "days">,
): Promise<string | undefined> {
  try {
    if (counts !== undefined && counts.records > 0) await days.add(streamer, counts);
    return undefined;
  } catch (error) {
    return String(error instanceof PersisterError ? (error.cause ?? error) : error);
  }
}
