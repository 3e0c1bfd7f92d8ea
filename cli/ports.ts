import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip, type ZlibOptions } from "node:zlib";
import type { Clock } from "../functions/persister/ports.ts";
import { idleClock, systemClock } from "../functions/system-clock.ts";
import { type HttpRequest, type HttpResponse, httpSender } from "./http.ts";

/** The outside world of a run; a simulation has its own. */
export interface Ports {
  /** Sends a request once. Never rejects: status 0 means that there was no response. */
  sendHttp(request: HttpRequest): Promise<HttpResponse>;
  readonly clock: Clock;
  /** The same clock, whose sleeps don't keep the process alive. */
  readonly idleClock: Clock;
  /** At least 0, below 1. */
  random(): number;
  gzip(bytes: Uint8Array, options: ZlibOptions): Promise<Uint8Array>;
  /** Returns a unique `Idempotency-Key`. */
  newKey(): string;
}

export const systemPorts: Ports = {
  sendHttp: httpSender(),
  clock: systemClock,
  idleClock,
  random: Math.random,
  gzip: promisify(gzip),
  newKey: randomUUID,
};
