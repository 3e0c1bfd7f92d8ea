import type { Clock } from "../../functions/persister/ports.ts";

/** A clock whose sleep is over at once: it moves `now` and is remembered. */
export interface LeapingClock extends Clock {
  /** ms, in order. */
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
