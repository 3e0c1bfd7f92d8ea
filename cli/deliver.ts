import { fetchBookmark, waitUntilFree } from "./bookmark.ts";
import type { Endpoint } from "./endpoint.ts";
import { assertExpected, type ExpectedBookmark } from "./expected-bookmark.ts";
import { type Following, keepCommitted, send, type Watcher } from "./send.ts";

/** The source of a stitchstream. */
export type Source =
  /** A streamer that this run starts from a bookmark. */
  | {
      readonly kind: "command";
      /** Starts from the beginning, whatever the bookmark is. */
      readonly isFullRefresh?: boolean;
      run(bookmark: string | undefined): AsyncIterable<Uint8Array>;
    }
  /** A streamer that started before this run, from a bookmark of its own. */
  | { readonly kind: "pipe"; readonly output: AsyncIterable<Uint8Array> };

/** Is informed of what a run does before its first segment. */
interface RunWatcher {
  /** A delivery holds the streamer. */
  waiting(): void;
  /** The streamer starts from this bookmark, if any. */
  started(bookmark: string | undefined): void;
}

/** A run that sends a stitchstream to an endpoint. */
export interface Delivery extends Following {
  readonly source: Source;
  readonly endpoint: Endpoint;
  /** The endpoint's bookmark has to be this one, if it is given. */
  readonly expected: ExpectedBookmark | undefined;
  readonly watcher: Watcher & RunWatcher;
}

/**
 * Sends a stitchstream to an endpoint after any delivery in flight. A command starts from what that delivery
 * has committed. A pipe's streamer started earlier: if anything is committed after this run began, rejects
 * with CliError and sends nothing.
 */
export async function deliver({ source, endpoint, expected, ...following }: Delivery): Promise<void> {
  const { watcher, keep } = following;
  const how = { onRetry: (reason: string) => watcher.retrying(reason) };
  if (source.kind === "command") await waitUntilFree(endpoint, watcher);
  const current = await fetchBookmark(endpoint, how);
  if (expected !== undefined) await assertExpected(expected, current, endpoint);
  if (source.kind === "command") {
    const bookmark = source.isFullRefresh === true ? undefined : (expected?.text ?? current.bookmark);
    watcher.started(bookmark);
    return send(source.run(bookmark), endpoint, current, following);
  }
  await waitUntilFree(endpoint, watcher, current.etag).catch(async (error: unknown) => {
    await keepCommitted(endpoint, current.etag, keep);
    throw error;
  });
  return send(source.output, endpoint, current, following);
}
