import { setTimeout } from "node:timers/promises";
import type { Clock } from "../persister/ports.ts";

/** What the adapters know of time; a simulation has its own. */
export interface Timing extends Clock {
  /** At least 0, below 1. */
  random(): number;
  /** Options of the SDK's `send`: its retries end at the deadline, too. In ms since the epoch. */
  until(deadline: number): { readonly abortSignal: AbortSignal };
}

export interface TimingOptions {
  /** The machine's, unless one is given. */
  readonly timing?: Timing;
}

export const machineTiming: Timing = {
  now: () => Date.now(),
  sleep: milliseconds => setTimeout(milliseconds),
  random: Math.random,
  until: deadline => ({ abortSignal: AbortSignal.timeout(Math.max(0, deadline - Date.now())) }),
};
