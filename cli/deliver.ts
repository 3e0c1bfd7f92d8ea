import { fetchBookmark, waitUntilFree } from "./bookmark.ts";
import type { Endpoint } from "./endpoint.ts";
import { assertExpected, type ExpectedBookmark } from "./expected-bookmark.ts";
import { type Following, keepCommitted, send, type Watcher } from "./send.ts";

/** Where a stitchstream comes from. */
export type Source =
  /** A streamer that is run here, from a bookmark on. */
  | { readonly kind: "command"; run(bookmark: string | undefined): AsyncIterable<Uint8Array> }
  /** One that began before us, at a bookmark of its own. */
  | { readonly kind: "pipe"; readonly output: AsyncIterable<Uint8Array> };

/** A run into an endpoint. */
export interface Delivery extends Following {
  readonly source: Source;
  readonly endpoint: Endpoint;
  /** What the endpoint's bookmark has to be, where that is given. */
  readonly expected: ExpectedBookmark | undefined;
  readonly watcher: Watcher & { waiting(): void };
}

/**
 * Brings a stitchstream to an endpoint, behind any delivery in flight. A command starts from what that one
 * has committed. What a pipe prints began earlier: where anything is committed since this run began, rejects
 * with CliError and sends nothing.
 */
export async function deliver({ source, endpoint, expected, ...following }: Delivery): Promise<void> {
  const { watcher, keep } = following;
  const how = { onRetry: (reason: string) => watcher.retrying(reason) };
  if (source.kind === "command") await waitUntilFree(endpoint, watcher);
  const current = await fetchBookmark(endpoint, how);
  if (expected !== undefined) await assertExpected(expected, current, endpoint);
  if (source.kind === "command")
    return send(source.run(expected?.text ?? current.bookmark), endpoint, current, following);
  await waitUntilFree(endpoint, watcher, current.etag).catch(async (error: unknown) => {
    await keepCommitted(endpoint, current.etag, keep);
    throw error;
  });
  return send(source.output, endpoint, current, following);
}
