import ky, { HTTPError, type KyInstance } from "ky";
import type { Run } from "./streamer.ts";

const timeoutMilliseconds = 60_000;
const retriesMax = 5;

/**
 * A client that tries again, later and later, what fails by the network, 408, 429 or 5xx; where there is a `Retry-After` it waits
 * for that long. After the last try it rejects with ky's HTTPError.
 */
export const patient = ({ log, second }: Run): KyInstance =>
  ky.create({
    timeout: timeoutMilliseconds,
    retry: { limit: retriesMax, delay: attempt => second * 2 ** (attempt - 1), jitter: true },
    hooks: {
      beforeRetry: [({ error, retryCount }) => log(`try ${retryCount + 1}, after ${reasonOf(error)}`)],
    },
  });

/** Without the address, whose query may hold what is nobody's business. */
const reasonOf = (error: Error) =>
  error instanceof HTTPError ? `${error.response.status} ${error.response.statusText}` : error.message;
