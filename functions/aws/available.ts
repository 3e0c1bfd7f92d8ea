import { PersisterError } from "../persister/errors.ts";

const retryAfterSeconds = 5;
const throttled = /Throttl|ThroughputExceeded|LimitExceeded|SlowDown/;

/**
 * What the SDK gives up on, after its own retries or at the deadline, passes: it becomes `failure`'s error. What asking again
 * would not help is thrown on.
 */
export async function available<T>(
  work: () => Promise<T>,
  failure: (cause: unknown) => PersisterError = storeUnavailable,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw passes(cause) ? failure(cause) : cause;
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
