import { setTimeout } from "node:timers/promises";
import type { Clock } from "../persister/ports.ts";

/** The adapters' clock and random numbers. A simulation has its own. */
export interface Timing extends Clock {
  /** At least 0, below 1. */
  random(): number;
  /** Returns options of the SDK's `send` that end its retries at the deadline, in ms since the epoch. */
  until(deadline: number): { readonly abortSignal: AbortSignal };
}

export interface TimingOptions {
  /** The machine's by default. */
  readonly timing?: Timing;
}

export const machineTiming: Timing = {
  now: () => Date.now(),
  sleep: milliseconds => setTimeout(milliseconds),
  random: Math.random,
  until: deadline => ({ abortSignal: AbortSignal.timeout(Math.max(0, deadline - Date.now())) }),
};
