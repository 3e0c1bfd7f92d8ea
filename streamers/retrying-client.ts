import ky, { HTTPError, isForceRetryError, type KyInstance, TimeoutError } from "ky";
import type { Run } from "./streamer.ts";

const attemptsMax = 6;

/** The network failed: there was no response, or it broke off. */
export class ConnectionFailed extends Error {
  override readonly name = "ConnectionFailed";
}

/** Returns how long a response asks to wait before a retry, s; undefined if it does not. */
export type Pause = (
  response: Response,
  attempts: number,
) => number | undefined | Promise<number | undefined>;

/**
 * Returns a client that retries after network failures, timeouts, 408, 429 and 5xx, and whenever `pauseOf`
 * returns a time, which it then waits; otherwise it backs off exponentially. After the last attempt it
 * rejects with ky's errors or ConnectionFailed.
 */
export const retryingClient = (
  { log, second, timeout }: Run,
  pauseOf: Pause = response => retryAfter(response, [429, 503]),
): KyInstance =>
  ky.create({
    timeout,
    fetch: fetchWhole,
    retry: {
      limit: attemptsMax - 1,
      retryOnTimeout: true,
      // ky would read X-RateLimit-Reset, which GitHub sends with each response, as the end of a 503.
      afterStatusCodes: [],
      // A hook that rejects would reject again.
      shouldRetry: ({ error }) => (isTransient(error) ? undefined : false),
      delay: attempt => second * 2 ** (attempt - 1),
      jitter: true,
    },
    hooks: {
      afterResponse: [
        async (_request, _options, response, { retryCount }) => {
          const seconds = response.ok ? undefined : await pauseOf(response, retryCount + 1);
          if (seconds === undefined || retryCount + 1 === attemptsMax) return undefined;
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

/**
 * Returns the Retry-After (RFC 9110, 10.2.3) of a response with one of `statuses`, s; undefined without
 * one.
 */
export function retryAfter({ status, headers }: Response, statuses: readonly number[]): number | undefined {
  const given = headers.get("retry-after");
  if (given === null || !statuses.includes(status)) return undefined;
  const seconds = /^\d+$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/**
 * Resolves once the whole body is read: ky retries if `fetch` rejects, but not if the body breaks off later.
 */
async function fetchWhole(...asked: Parameters<typeof fetch>): Promise<Response> {
  try {
    const response = await fetch(...asked);
    const body = await response.arrayBuffer();
    // A 204 must not have a body.
    const whole = new Response(body.byteLength === 0 ? null : body, response);
    // A constructed Response has no URL.
    return Object.defineProperty(whole, "url", { value: response.url });
  } catch (error) {
    throw new ConnectionFailed(causeOf(error as Error), { cause: error });
  }
}

/** Describes an error without the address, whose query may hold personal data. */
export const reasonOf = (error: Error) =>
  error instanceof HTTPError
    ? `${error.response.status} ${error.response.statusText}`
    : error instanceof TimeoutError
      ? "no answer in time"
      : error.message;

/** The cause of `fetch failed` says more; it may have only a code. */
function causeOf({ cause, message }: Error): string {
  const { message: inner, code } = (cause ?? {}) as { message?: string; code?: string };
  return inner || code || message;
}
