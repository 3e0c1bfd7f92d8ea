import ky, { HTTPError, isForceRetryError, type KyInstance, TimeoutError } from "ky";
import type { Run } from "./streamer.ts";

const triesMax = 6;

/** The network failed: no answer, or one that broke off. */
export class ConnectionFailed extends Error {
  override readonly name = "ConnectionFailed";
}

/**
 * How long an answer asks to wait before the next try, s; undefined where it does not. `tries` is how many
 * there were.
 */
export type Pause = (response: Response, tries: number) => number | undefined | Promise<number | undefined>;

/**
 * A client that tries again, later and later, what fails by the network, takes too long, or is answered 408,
 * 429 or 5xx, and what `pauseOf` says; after as long as the answer says, where it does. After the last try it
 * rejects with ky's errors, or ConnectionFailed.
 */
export const patient = (
  { log, second, timeout }: Run,
  pauseOf: Pause = response => retryAfter(response, [429, 503]),
): KyInstance =>
  ky.create({
    timeout,
    fetch: fetchWhole,
    retry: {
      limit: triesMax - 1,
      retryOnTimeout: true,
      // ky takes X-RateLimit-Reset, which GitHub sends with each answer, for the end of a 503.
      afterStatusCodes: [],
      // What a hook rejects with is the same the next time.
      shouldRetry: ({ error }) => (isTransient(error) ? undefined : false),
      delay: attempt => second * 2 ** (attempt - 1),
      jitter: true,
    },
    hooks: {
      afterResponse: [
        async (_request, _options, response, { retryCount }) => {
          const seconds = response.ok ? undefined : await pauseOf(response, retryCount + 1);
          if (seconds === undefined || retryCount + 1 === triesMax) return undefined;
          log(`answered ${response.status}: next try in ${Math.ceil(seconds)} s`);
          return ky.retry({ delay: seconds * second });
        },
      ],
      beforeRetry: [
        ({ error, retryCount }) => {
          if (!isForceRetryError(error)) log(`try ${retryCount + 1}, after ${reasonOf(error)}`);
        },
      ],
    },
  });

const isTransient = (error: Error) =>
  error instanceof HTTPError || error instanceof TimeoutError || error instanceof ConnectionFailed;

/** What an answer with one of `statuses` says in Retry-After, s: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter({ status, headers }: Response, statuses: readonly number[]): number | undefined {
  const given = headers.get("retry-after");
  if (given === null || !statuses.includes(status)) return undefined;
  const seconds = /^\d+$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/**
 * Answers once the body is there: ky tries again what `fetch` rejects with, and not what breaks off while a
 * body is read.
 */
async function fetchWhole(...asked: Parameters<typeof fetch>): Promise<Response> {
  try {
    const response = await fetch(...asked);
    const body = await response.arrayBuffer();
    // A 204, say, may have none.
    const whole = new Response(body.byteLength === 0 ? null : body, response);
    // A Response that is constructed has none of its own.
    return Object.defineProperty(whole, "url", { value: response.url });
  } catch (error) {
    throw new ConnectionFailed(causeOf(error as Error), { cause: error });
  }
}

/** Without the address, whose query may hold personal data. */
export const reasonOf = (error: Error) =>
  error instanceof HTTPError
    ? `${error.response.status} ${error.response.statusText}`
    : error instanceof TimeoutError
      ? "no answer in time"
      : error.message;

/** `fetch failed` says less than its cause, which may have a code alone. */
function causeOf({ cause, message }: Error): string {
  const { message: inner, code } = (cause ?? {}) as { message?: string; code?: string };
  return inner || code || message;
}
