import type { Clock } from "../../functions/persister/ports.ts";

/** A clock whose sleeps take no time: each one moves `now` and is recorded. */
export interface LeapingClock extends Clock {
  /** In ms, in order. */
  readonly delays: readonly number[];
}

export function leapingClock(start = Date.UTC(2026, 10, 23)): LeapingClock {
  const delays: number[] = [];
  let now = start;
  return {
    delays,
    now: () => now,
    async sleep(milliseconds) {
      delays.push(milliseconds);
      now += milliseconds;
    },
  };
}
