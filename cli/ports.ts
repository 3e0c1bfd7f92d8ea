import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip, type ZlibOptions } from "node:zlib";
import type { Clock } from "../functions/persister/ports.ts";
import { idleClock, systemClock } from "../functions/system-clock.ts";
import { type Answer, type Exchange, exchange } from "./http.ts";

/** What sending needs of the world: a simulation brings its own. */
export interface Ports {
  /** Asks once. Never rejects: status 0 means that no answer came. */
  exchange(asked: Exchange): Promise<Answer>;
  readonly clock: Clock;
  /** The same clock, for waits that keep no process from ending. */
  readonly idleClock: Clock;
  /** At least 0, below 1. */
  random(): number;
  gzip(bytes: Uint8Array, options: ZlibOptions): Promise<Uint8Array>;
  /** An `Idempotency-Key` that nobody else has. */
  newKey(): string;
}

export const systemPorts: Ports = {
  exchange,
  clock: systemClock,
  idleClock,
  random: Math.random,
  gzip: promisify(gzip),
  newKey: randomUUID,
};
