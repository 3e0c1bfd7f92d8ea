import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, ask, type Endpoint } from "./endpoint.ts";
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
export async function standing(endpoint: Endpoint): Promise<{ etag: string; bookmark: string | undefined }> {
  const { ok, headers, text } = await ask(endpoint, {
    method: "GET",
    path: "/bookmark",
    accepts: ["no-bookmark"],
  });
  return { etag: headers.get("etag") ?? '"0"', bookmark: ok ? text : undefined };
}

const pollMilliseconds = 500;

/**
 * Waits while a delivery holds the streamer, such as that of a run which was killed: what it commits yet is what the next run
 * starts from.
 */
export async function untilFree(endpoint: Endpoint, onWait: () => void): Promise<void> {
  for (let isTold = false; ; isTold = true) {
    const { text } = await ask(endpoint, { method: "GET", accepts: ["no-streamer"] });
    const { inFlight } = JSON.parse(text) as { inFlight?: object };
    if (inFlight === undefined) return;
    if (!isTold) onWait();
    await sleep(pollMilliseconds);
  }
}

const textOf = async (answer: Promise<Answer>) => (await answer).text;
