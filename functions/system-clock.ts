import { setTimeout } from "node:timers/promises";
import type { Clock } from "./persister/ports.ts";

/** This machine's clock. */
export const systemClock: Clock = { now: Date.now, sleep: milliseconds => setTimeout(milliseconds) };

/** This machine's clock for waits that something else may end. They keep no process alive. */
export const idleClock: Clock = {
  now: Date.now,
  sleep: milliseconds => setTimeout(milliseconds, undefined, { ref: false }),
};

/** Time stands still: a stream whose lines are all there is cut the same way however slowly it is read. */
export const stillClock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) };
