import { setTimeout } from "node:timers/promises";
import type { Clock } from "./persister/ports.ts";

/** This machine's clock. */
export const systemClock: Clock = { now: Date.now, sleep: milliseconds => setTimeout(milliseconds) };
