import { dateOf } from "../commit/day.ts";
import type { DayCounts } from "../entries.ts";
import { dayCountsDaysMax } from "../limits.ts";
import type { Clock } from "../ports.ts";
import type { Store } from "../store.ts";

const dayMilliseconds = 86_400_000;

/** Resolves to the counts of a streamer's last days, newest first. Rejects with `store-unavailable`. */
export function readDays(
  streamer: string,
  { days, clock }: Pick<Store, "days"> & { readonly clock: Clock },
  deadline: number,
): Promise<readonly DayCounts[]> {
  const since = dateOf(clock.now() - (dayCountsDaysMax - 1) * dayMilliseconds);
  return days.list(streamer, since, deadline);
}
