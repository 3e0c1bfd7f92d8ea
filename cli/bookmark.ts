import { usage } from "./cli-error.ts";
import { type Asked, ask, type Endpoint, moved } from "./endpoint.ts";
import type { Answer } from "./http.ts";

const json = { "content-type": "application/json" };

/** `persist bookmark …`: what is asked of the endpoint, and its answer's text. */
export async function bookmark(endpoint: Endpoint, [action, value]: readonly string[]): Promise<string> {
  if (action === "get") return textOf(ask(endpoint, { method: "GET", path: "/bookmark" }));
  if (action === "history") return textOf(ask(endpoint, { method: "GET", path: "/bookmark/history" }));
  if (action !== "set" && action !== "forget")
    throw usage("persist bookmark get, set <value>, forget, or history");
  if (action === "set" && value === undefined) throw usage("persist bookmark set <value>: JSON, or transit.");
  const headers = { "if-match": (await fetchBookmark(endpoint)).etag };
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

/** What is committed of a streamer: its revision's ETag, and its bookmark's text, if it has one. */
export interface Committed {
  readonly etag: string;
  readonly bookmark: string | undefined;
}

/** Asks for a streamer's bookmark and revision. */
export async function fetchBookmark(
  endpoint: Endpoint,
  how: Pick<Asked, "onRetry" | "once"> = {},
): Promise<Committed> {
  const asked = { method: "GET", path: "/bookmark", accepts: ["no-bookmark"], ...how } as const;
  const { ok, headers, text } = await ask(endpoint, asked);
  if (ok) jsonOf(text, endpoint);
  return { etag: headers.etag ?? '"0"', bookmark: ok ? text.trimEnd() : undefined };
}

const pollMilliseconds = 500;

/**
 * Waits while a delivery holds the streamer, such as that of a run which was killed. Rejects with CliError once
 * the revision is another than `etag`, where one is given.
 */
export async function waitUntilFree(
  endpoint: Endpoint,
  watcher: { retrying(reason: string): void; waiting(): void },
  etag?: string,
): Promise<void> {
  for (let hasSaid = false; ; hasSaid = true) {
    const asked = {
      method: "GET",
      accepts: ["no-streamer"],
      onRetry: (reason: string) => watcher.retrying(reason),
    } as const;
    const { text, headers } = await ask(endpoint, asked);
    if (etag !== undefined && (headers.etag ?? etag) !== etag) throw moved();
    const { inFlight } = jsonOf(text, endpoint) as { readonly inFlight?: object };
    if (inFlight === undefined) return;
    if (!hasSaid) watcher.waiting();
    await endpoint.ports.clock.sleep(pollMilliseconds);
  }
}

/** An answer's text as JSON. Throws CliError where something else answers in the endpoint's place. */
export function jsonOf(text: string, { url }: Endpoint): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`${url} answers, and is not a Persister endpoint. Is --endpoint right?`);
  }
}

const textOf = async (answer: Promise<Answer>) => (await answer).text;
