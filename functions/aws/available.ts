import { setTimeout } from "node:timers/promises";
import { PersisterError } from "../persister/errors.ts";

const retryAfterSeconds = 5;
const throttled = /Throttl|ThroughputExceeded|LimitExceeded|SlowDown/;

/** A service that is not well by then is told of: whoever hears 503 can ask again. */
const outageMillisecondsMax = 3_000;
const backoffMilliseconds = 50;
const backoffMillisecondsMax = 500;

/**
 * What the SDK gives up on after its own retries, within a second, is tried again while there is time until `deadline`, ms since the
 * epoch: then it becomes `failure`'s error. What asking again would not help is thrown on. `work` may have been done though
 * its answer was lost.
 */
export async function available<T>(
  deadline: number,
  work: () => Promise<T>,
  failure: (cause: unknown) => PersisterError = storeUnavailable,
): Promise<T> {
  const giveUp = Math.min(deadline, Date.now() + outageMillisecondsMax);
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (cause) {
      if (!passes(cause)) throw cause;
      const wait = Math.random() * Math.min(backoffMillisecondsMax, backoffMilliseconds * 2 ** attempt);
      if (Date.now() + wait >= giveUp) throw failure(cause);
      await setTimeout(wait);
    }
  }
}

const storeUnavailable = (cause: unknown) =>
  new PersisterError(
    "store-unavailable",
    "The bookmarks' table did not answer in time. Fetch the bookmark, and start from it; or send it again, with its Idempotency-Key.",
    { retryAfterSeconds, cause },
  );

/** A server's trouble, throttling, a broken connection, or no time left. */
function passes(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode;
  return (
    (status !== undefined && (status >= 500 || status === 429)) ||
    throttled.test(error.name) ||
    /^(Abort|Timeout)Error$/.test(error.name) ||
    typeof code === "string"
  );
}
