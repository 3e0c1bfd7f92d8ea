import { PersisterError } from "../persister/errors.ts";
import { machineTiming, type Timing, type TimingOptions } from "./timing.ts";

const retryAfterSeconds = 5;
const throttled = /Throttl|ThroughputExceeded|LimitExceeded|SlowDown/;
/** Of another write of the same S3 object: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html says to try again. */
const inConflict = /^(ConditionalRequestConflict|OperationAborted)$/;

/** A service that is not well by then is told of: whoever hears 503 can ask again. */
const outageMillisecondsMax = 3_000;
const backoffMilliseconds = 50;
const backoffMillisecondsMax = 500;

/** `deadline` is in ms since the epoch. */
type Available = <T>(
  deadline: number,
  work: () => Promise<T>,
  failure?: (cause: unknown) => PersisterError,
) => Promise<T>;

/**
 * Returns a function that waits out a service's trouble. What the SDK gives up on after its own retries, within a second, is
 * tried again while there is time until the deadline: then it becomes `failure`'s error. What asking again would not help is
 * thrown on. `work` may have been done though its answer was lost.
 */
export const waitingOut =
  ({ timing = machineTiming }: TimingOptions): Available =>
  (deadline, work, failure = storeUnavailable) =>
    available(timing, deadline, work, failure);

async function available<T>(
  { now, sleep, random }: Timing,
  deadline: number,
  work: () => Promise<T>,
  failure: (cause: unknown) => PersisterError,
): Promise<T> {
  const giveUp = Math.min(deadline, now() + outageMillisecondsMax);
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (cause) {
      if (!passes(cause)) throw cause;
      const wait = random() * Math.min(backoffMillisecondsMax, backoffMilliseconds * 2 ** attempt);
      if (now() + wait >= giveUp) throw failure(cause);
      await sleep(wait);
    }
  }
}

const storeUnavailable = (cause: unknown) =>
  new PersisterError("store-unavailable", "The bookmark table did not answer in time.", {
    retryAfterSeconds,
    cause,
  });

/** A server's trouble, throttling, a write in conflict, a broken connection, or no time left. */
function passes(error: unknown): boolean {
  // Its code is ours, and final.
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
