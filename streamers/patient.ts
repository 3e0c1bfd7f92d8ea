import ky, { HTTPError, type KyInstance, TimeoutError } from "ky";
import { Stray } from "./page.ts";
import type { Run } from "./streamer.ts";

const retriesMax = 5;

/**
 * A client that tries again, later and later, what fails by the network, takes too long, or is answered 408, 429 or 5xx; where there is a `Retry-After` it waits
 * for that long. After the last try it rejects with ky's HTTPError.
 */
export const patient = ({ log, second, timeout }: Run): KyInstance =>
  ky.create({
    timeout,
    fetch: fetchWhole,
    retry: {
      limit: retriesMax,
      retryOnTimeout: true,
      // A login page is one the next time, too.
      shouldRetry: ({ error }) => (error instanceof Stray ? false : undefined),
      delay: attempt => second * 2 ** (attempt - 1),
      jitter: true,
    },
    hooks: {
      beforeRetry: [({ error, retryCount }) => log(`try ${retryCount + 1}, after ${reasonOf(error)}`)],
    },
  });

/** Answers once the body is there: clients try again what `fetch` rejects with, and not what breaks off while a body is read. */
export async function fetchWhole(...asked: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...asked);
  const body = await response.arrayBuffer();
  // A 204, say, may have none.
  const whole = new Response(body.byteLength === 0 ? null : body, response);
  // A Response that is made has none of its own.
  return Object.defineProperty(whole, "url", { value: response.url });
}

/** Without the address, whose query may hold what is nobody's business. */
const reasonOf = (error: Error) =>
  error instanceof HTTPError
    ? `${error.response.status} ${error.response.statusText}`
    : error instanceof TimeoutError
      ? "no answer in time"
      : error.message;
