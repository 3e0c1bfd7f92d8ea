import { type Backoff, delayOf } from "../persister/backoff.ts";
import { PersisterError } from "../persister/errors.ts";
import { machineTiming, type Timing, type TimingOptions } from "./timing.ts";

const retryAfterSeconds = 5;
const throttled = /Throttl|ThroughputExceeded|LimitExceeded|SlowDown/;
/**
 * S3 asks to retry if another write of the object is in progress:
 * docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const inConflict = /^(ConditionalRequestConflict|OperationAborted)$/;

/** An outage of this length fails the request: its caller can retry after the 503. */
const outageMillisecondsMax = 3_000;
const backoff: Backoff = { firstMillisecondsMax: 50, millisecondsMax: 500 };

/** `deadline` is in ms since the epoch. */
type Available = <T>(
  deadline: number,
  work: () => Promise<T>,
  failure?: (cause: unknown) => PersisterError,
) => Promise<T>;

/**
 * Returns a function that waits out a service's outage. After the SDK's own retries, which take less than a
 * second, it retries until the deadline, and then throws `failure`'s error. Errors that a retry can't fix
 * are rethrown. `work` may have succeeded although it failed, if an answer was lost.
 */
export const waitingOut =
  ({ timing = machineTiming }: TimingOptions): Available =>
  (deadline, work, failure = storeUnavailable) =>
    retryUntil(deadline, { timing, work, failure });

async function retryUntil<T>(
  deadline: number,
  {
    timing: { now, sleep, random },
    work,
    failure,
  }: {
    readonly timing: Timing;
    readonly work: () => Promise<T>;
    readonly failure: (cause: unknown) => PersisterError;
  },
): Promise<T> {
  const giveUp = Math.min(deadline, now() + outageMillisecondsMax);
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (cause) {
      if (!isTransient(cause)) throw cause;
      const wait = delayOf(backoff, attempt, random());
      if (now() + wait >= giveUp) throw failure(cause);
      await sleep(wait);
    }
  }
}

/** Returns the error for a table or an archive that did not answer. */
export const storeUnavailable = (cause: unknown) =>
  new PersisterError(
    "store-unavailable",
    "The bookmark store (the table, or the archive for large bookmarks) did not answer in time.",
    {
      retryAfterSeconds,
      cause,
    },
  );

/** A server's error, throttling, a write in conflict, a broken connection, or a timeout. */
function isTransient(error: unknown): boolean {
  // Our own errors are final.
  if (!(error instanceof Error) || error instanceof PersisterError) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode;
  return (
    (status !== undefined && (status >= 500 || status === 429)) ||
    throttled.test(error.name) ||
    inConflict.test(error.name) ||
    /^(Abort|Timeout)Error$/.test(error.name) ||
    typeof code === "string"
  );
}
