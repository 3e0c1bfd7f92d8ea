import { usageError } from "./cli-error.ts";
import {
  type Endpoint,
  type EndpointRequest,
  jsonOf,
  movedError,
  objectOf,
  sendRequest,
} from "./endpoint.ts";
import { spliced } from "./splice.ts";

const actions = ["get", "set", "forget"];
const json = { "content-type": "application/json" };

/** Runs `persist bookmark get`, `set` or `forget`. Resolves to the response's text. */
export async function runBookmarkCommand(
  endpointOf: () => Endpoint,
  [action, value, ...more]: readonly string[],
  at: string | undefined,
): Promise<string> {
  if (!actions.includes(action ?? ""))
    throw usageError(
      action === undefined
        ? "persist bookmark needs get, set VALUE, forget, or history."
        : `There is no persist bookmark ${action}: use get, set VALUE, forget, or history.`,
    );
  if (action === "set" && value === undefined)
    throw usageError("persist bookmark set VALUE: JSON, or transit.");
  assertNoMore(action!, action === "set" ? more : [value, ...more]);
  const endpoint = endpointOf();
  if (action === "set" && at !== undefined) return setAt(endpoint, at, value!);
  if (action === "get") return textOf(endpoint, { method: "GET", path: "/bookmark" });
  const headers = { "if-match": (await fetchBookmark(endpoint)).etag };
  if (action === "forget") return textOf(endpoint, { method: "DELETE", path: "/bookmark", headers });
  return textOf(endpoint, {
    method: "PUT",
    path: "/bookmark",
    headers: {
      ...headers,
      ...(/^\["[~^]/.test(value!) ? { "content-type": "application/transit+json" } : json),
    },
    body: Buffer.from(value!),
  });
}

/** A word too many may be meant as another streamer, or be a part of a value without quotes. */
function assertNoMore(action: string, words: readonly (string | undefined)[]): void {
  const more = words.filter(word => word !== undefined).join(" ");
  if (more === "") return;
  const advice = action === "set" ? "Quote the value." : "Name the streamer with --streamer NAME.";
  const takes = action === "set" ? "one value, and got also" : "no argument, and got";
  throw usageError(`persist bookmark ${action} takes ${takes} ${more}. ${advice}`);
}

/** Replaces only the value at a JSON pointer of the current bookmark. Resolves to the response's text. */
async function setAt(endpoint: Endpoint, pointer: string, value: string): Promise<string> {
  const { etag, bookmark, type } = await fetchBookmark(endpoint);
  if (bookmark === undefined) throw usageError("There is no bookmark yet: set it as a whole, without --at.");
  const body = Buffer.from(spliced(bookmark, pointer, value));
  const headers = { "if-match": etag, "content-type": type };
  return textOf(endpoint, { method: "PUT", path: "/bookmark", headers, body });
}

/** A streamer's committed state: its revision's ETag, and its bookmark's text and type if it has one. */
export interface Committed {
  readonly etag: string;
  readonly bookmark: string | undefined;
}

/** Resolves to a streamer's bookmark and revision. */
export async function fetchBookmark(
  endpoint: Endpoint,
  how: Pick<EndpointRequest, "onRetry" | "retry"> = {},
): Promise<Committed & { readonly type: string }> {
  const request = { method: "GET", path: "/bookmark", accepts: ["no-bookmark"], ...how } as const;
  const { ok, headers, text } = await sendRequest(endpoint, request);
  if (ok) jsonOf(text, endpoint);
  const type = headers["content-type"] ?? json["content-type"];
  return { etag: headers.etag ?? '"0"', bookmark: ok ? text.trimEnd() : undefined, type };
}

/** An ETag that no revision has. */
const never = '"never"';

/** Rejects with CliError unless the token may set the bookmark, which this does not do. */
export async function assertMaySetBookmark(endpoint: Endpoint): Promise<void> {
  const headers = { ...json, "if-match": never };
  const body = Buffer.from("{}");
  const accepts = ["precondition-failed", "delivery-in-flight"];
  await sendRequest(endpoint, { method: "PUT", path: "/bookmark", headers, body, accepts });
}

const pollMilliseconds = 500;

/**
 * Waits until no delivery holds the streamer, such as one of a run that was killed. Rejects with CliError if
 * the revision is no longer `etag`, if one is given.
 */
export async function waitUntilFree(
  endpoint: Endpoint,
  watcher: { retrying(reason: string): void; waiting(): void },
  etag?: string,
): Promise<void> {
  for (let hasSaid = false; ; hasSaid = true) {
    const request = {
      method: "GET",
      accepts: ["no-streamer"],
      onRetry: (reason: string) => watcher.retrying(reason),
    } as const;
    const { text, headers } = await sendRequest(endpoint, request);
    if (etag !== undefined && (headers.etag ?? etag) !== etag) throw movedError();
    const { inFlight } = objectOf(text, endpoint) as { readonly inFlight?: object };
    if (inFlight === undefined) return;
    if (!hasSaid) watcher.waiting();
    await endpoint.ports.clock.sleep(pollMilliseconds);
  }
}

/** Resolves to an answer's JSON, as it was sent. */
async function textOf(endpoint: Endpoint, request: EndpointRequest): Promise<string> {
  const { text } = await sendRequest(endpoint, request);
  jsonOf(text, endpoint);
  return text;
}
