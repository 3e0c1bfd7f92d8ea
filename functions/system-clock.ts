import { setTimeout } from "node:timers/promises";
import type { Clock } from "./persister/ports.ts";

/** This machine's clock. */
export const systemClock: Clock = { now: Date.now, sleep: milliseconds => setTimeout(milliseconds) };

/** The same, for waits that something else may end: they keep no process from ending. */
export const idleClock: Clock = {
  now: Date.now,
  sleep: milliseconds => setTimeout(milliseconds, undefined, { ref: false }),
};
