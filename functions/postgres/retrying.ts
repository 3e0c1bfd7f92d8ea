import { type Backoff, delayOf } from "../persister/backoff.ts";
import type { Outcome } from "../persister/destination.ts";
import type { Clock } from "../persister/ports.ts";
import { TimeIsOver } from "./connection.ts";
import { type Failure, failureOf } from "./failure.ts";

/** Until when and how something is tried again. */
export interface Patience {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** ms since the epoch. */
  readonly deadline: number;
}

/** A restart takes seconds, a failover up to a minute; the deadline ends it earlier. */
const backoff: Backoff = { firstMillisecondsMax: 100, millisecondsMax: 5_000 };
/** With less time than this no attempt begins. */
const attemptMillisecondsMin = 500;

export type Tried<T> =
  | { readonly value: T; readonly attempts: number }
  | { readonly failure: Failure; readonly attempts: number };

/** Attempts until one succeeds, or fails for good, or time is over. */
export async function retrying<T>(
  attempt: (milliseconds: number) => Promise<T>,
  { clock, random, deadline }: Patience,
): Promise<Tried<T>> {
  for (let attempts = 1; ; attempts++) {
    const failure = await attempt(deadline - clock.now()).then(
      value => ({ value }),
      (error: unknown) => (error instanceof TimeIsOver ? noTime : failureOf(error)),
    );
    if ("value" in failure) return { value: failure.value, attempts };
    const delay = delayOf(backoff, attempts - 1, random());
    const isTransient = failure.kind === "transient" && failure.reason === "unavailable";
    if (!isTransient || deadline - clock.now() - delay < attemptMillisecondsMin) return { failure, attempts };
    await clock.sleep(delay);
  }
}

const noTime: Failure = { kind: "transient", reason: "out-of-time", message: "PostgreSQL took too long" };

/** Returns the outcome of a batch that was not written. */
export function outcomeOf(failure: Failure, attempts: number): Exclude<Outcome, { kind: "accepted" }> {
  const { message } = failure;
  if (failure.kind === "transient") return { kind: "failed", reason: failure.reason, message, attempts };
  return { kind: "rejected", message, attempts };
}
