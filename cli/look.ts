import { setTimeout as sleep } from "node:timers/promises";
import { type Asked, ask, type Endpoint } from "./endpoint.ts";
import type { Answer } from "./exchange.ts";
import { usage } from "./settings.ts";

const json = { "content-type": "application/json" };

/** `persist bookmark …`: what is asked of the endpoint, and its answer's text. */
export async function bookmark(endpoint: Endpoint, [action, value]: readonly string[]): Promise<string> {
  if (action === "get") return textOf(ask(endpoint, { method: "GET", path: "/bookmark" }));
  if (action === "history") return textOf(ask(endpoint, { method: "GET", path: "/bookmark/history" }));
  if (action !== "set" && action !== "forget")
    throw usage("persist bookmark get, set <value>, forget, or history");
  if (action === "set" && value === undefined) throw usage("persist bookmark set <value>: JSON, or transit.");
  const headers = { "if-match": (await standing(endpoint)).etag };
  if (action === "forget") return textOf(ask(endpoint, { method: "DELETE", path: "/bookmark", headers }));
  return textOf(
    ask(endpoint, {
      method: "PUT",
      path: "/bookmark",
      headers: {
        ...headers,
        ...(/^\["[~^]/.test(value!) ? { "content-type": "application/transit+json" } : json),
      },
      body: Buffer.from(value!),
    }),
  );
}

/** `persist deliveries`: the newest ones. */
export const deliveries = (endpoint: Endpoint): Promise<string> =>
  textOf(ask(endpoint, { method: "GET", path: "/deliveries" }));

/** Where a streamer stands: its revision's ETag, and its bookmark's text, if it has one. */
export async function standing(
  endpoint: Endpoint,
  how: Pick<Asked, "onRetry" | "once"> = {},
): Promise<{ etag: string; bookmark: string | undefined }> {
  const asked = { method: "GET", path: "/bookmark", accepts: ["no-bookmark"], ...how } as const;
  const { ok, headers, text } = await ask(endpoint, asked);
  return { etag: headers.etag ?? '"0"', bookmark: ok ? text : undefined };
}

const pollMilliseconds = 500;

/**
 * Waits while a delivery holds the streamer, such as that of a run which was killed: what it commits yet is what the next run
 * starts from.
 */
export async function untilFree(
  endpoint: Endpoint,
  watcher: { retrying(reason: string): void; waiting(): void },
): Promise<void> {
  for (let isTold = false; ; isTold = true) {
    const asked = {
      method: "GET",
      accepts: ["no-streamer"],
      onRetry: (reason: string) => watcher.retrying(reason),
    } as const;
    const { text } = await ask(endpoint, asked);
    if (inFlightOf(text, endpoint) === undefined) return;
    if (!isTold) watcher.waiting();
    await sleep(pollMilliseconds);
  }
}

function inFlightOf(text: string, { url }: Endpoint): unknown {
  try {
    return (JSON.parse(text) as { inFlight?: object }).inFlight;
  } catch {
    throw usage(`${url} answers, and is no Persister endpoint. Is --endpoint right?`);
  }
}

const textOf = async (answer: Promise<Answer>) => (await answer).text;
