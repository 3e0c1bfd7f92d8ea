import { type BoundStore, within } from "../deadline.ts";
import { type Committed, PersisterError } from "../errors.ts";
import type { Commit, Store, Streamer } from "../store.ts";

/** A streamer as callers see it; `revision` counts its deliveries and changes by hand, and is 0 before the first. */
export interface StreamerState extends Committed {
  /** The last commit, ms since the epoch. */
  readonly committedAt: number;
}

export const revisionOf = (streamer: Streamer | undefined): number => streamer?.commit?.revision ?? 0;

/** The last committed state. Rejects with `store-unavailable`. */
export async function readState(name: string, store: Store, deadline: number): Promise<StreamerState> {
  const ports = within(store, deadline);
  const streamer = await ports.streamers.read(name);
  return stateOf(streamer?.commit, ports);
}

/** A streamer's state after a commit; that before the first is revision 0. */
export async function stateOf(
  commit: Commit | undefined,
  { bookmarks }: Pick<BoundStore, "bookmarks">,
): Promise<StreamerState> {
  if (commit === undefined) return { revision: 0, committedAt: 0 };
  const { revision, at: committedAt, bookmark } = commit;
  if (bookmark === undefined) return { revision, committedAt };
  return { revision, committedAt, bookmark: await bookmarks.load(bookmark) };
}

/** The commit that made a revision: the streamer's last, or one that was filed since. */
export async function commitOf(
  streamer: Streamer | undefined,
  revision: number,
  { history }: Pick<BoundStore, "history">,
): Promise<Commit | undefined> {
  const last = revisionOf(streamer);
  if (streamer === undefined || revision > last) return undefined;
  return revision === last ? streamer.commit : history.read(streamer.name, revision);
}

/**
 * The error with what is committed, as `read` tells it, so that a refused caller need not ask. An error that names it already
 * stays as it is; so does `store-unavailable`, for a write that was not answered may still change it. Both the revision
 * and the bookmark are named or neither: a revision alone would say that there is no bookmark. Never rejects.
 */
export async function withCommitted(error: unknown, read: () => Promise<StreamerState>): Promise<unknown> {
  if (!(error instanceof PersisterError) || error.code === "store-unavailable") return error;
  if (error.details.committed !== undefined) return error;
  try {
    return error.with({ committed: await read() });
  } catch (unread) {
    // The refusal stands without it. Those who run the endpoint get the cause in their log.
    return error.with({ committed: "unknown", cause: error.cause ?? unread });
  }
}

/** Resolves to what `work` does; its errors name what is committed of the streamer. */
export async function namingCommitted<T>(
  name: string,
  store: Store,
  deadline: number,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await withCommitted(error, () => readState(name, store, deadline));
  }
}
