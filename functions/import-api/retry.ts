import { type Backoff, delayOf } from "../persister/backoff.ts";
import type { Outcome } from "../persister/destination.ts";
import type { Clock } from "../persister/ports.ts";
import type { AttemptTime } from "./http-post.ts";
import type { Verdict } from "./outcome.ts";

/**
 * With the delays below, about six seconds on average and eleven at most, unless the server asks for more.
 */
export const attemptsMax = 8;
/** Every request is awaited, so with less time than this none is sent. */
export const attemptMillisecondsMin = 500;
/** target-stitch 4.0.4 waits this long for an answer. */
const silenceMillisecondsMaxDefault = 60_000;
/** A batch is answered within about a second: a shorter wait would needlessly send it twice. */
const silenceMillisecondsMin = 3_000;
export const backoff: Backoff = { firstMillisecondsMax: 100, millisecondsMax: 5_000 };

/**
 * Returns how long the Import API may be silent, ms. At first this is a third of the remaining time, about 8
 * s in an endpoint's delivery, so that a hanging connection can be retried. After one hung, it is all of it,
 * so that a slow server can answer.
 */
function silenceMilliseconds(
  hasHung: boolean,
  remainingMilliseconds: number,
  max = silenceMillisecondsMaxDefault,
): number {
  return Math.min(
    hasHung ? remainingMilliseconds : Math.max(remainingMilliseconds / 3, silenceMillisecondsMin),
    max,
  );
}

/**
 * Returns `Retry-After` in ms from `now` (ms since the epoch): seconds or an HTTP date (RFC 9110 section
 * 10.2.3). 0 if it is neither.
 */
export function retryAfterMilliseconds(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // Only dates that name a weekday and GMT: Date.parse alone would take "-5" for a month.
  const date = /^[A-Z][a-z]+, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** ms since the epoch. */
  readonly deadline: number;
  readonly silenceMillisecondsMax?: number | undefined;
}

/** How long an attempt may take, and whether an earlier one hung. */
export interface Attempt extends AttemptTime {
  readonly hasHung: boolean;
}

type Transient = Extract<Verdict, { kind: "transient" }>;

const noTime: Transient = {
  kind: "transient",
  reason: "out-of-time",
  message: "No time was left to send the batch.",
};

/**
 * Attempts until there is a final verdict, at most `attemptsMax` times and never beyond the deadline. Does
 * not wait for an attempt that could not begin before the deadline. Fails with `out-of-time` if time ran
 * out while it awaited a response or before the first attempt; otherwise with `unavailable`.
 */
export async function withRetries(
  attempt: (allowed: Attempt) => Promise<Verdict>,
  { clock, random, deadline, silenceMillisecondsMax }: RetryOptions,
): Promise<Outcome> {
  let last = noTime;
  let attempts = 0;
  let hasHung = false;
  const remaining = () => deadline - clock.now();
  while (attempts < attemptsMax && remaining() >= attemptMillisecondsMin) {
    const remainingMilliseconds = remaining();
    const verdict = await attempt({
      remainingMilliseconds,
      silenceMilliseconds: silenceMilliseconds(hasHung, remainingMilliseconds, silenceMillisecondsMax),
      hasHung,
    });
    attempts++;
    if (verdict.kind !== "transient") return { ...verdict, attempts };
    last = verdict;
    hasHung ||= verdict.hung === true;
    const delay = Math.max(
      delayOf(backoff, attempts - 1, random()),
      retryAfterMilliseconds(verdict.retryAfter, clock.now()),
    );
    const mayRetry =
      verdict.reason !== "out-of-time" &&
      attempts < attemptsMax &&
      remaining() - delay >= attemptMillisecondsMin;
    if (!mayRetry) break;
    await clock.sleep(delay);
  }
  return { kind: "failed", reason: last.reason, message: last.message, attempts };
}
