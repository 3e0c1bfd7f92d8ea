import { type BoundStore, within } from "../deadline.ts";
import { type Committed, PersisterError } from "../errors.ts";
import type { Commit, Store, Streamer } from "../store.ts";

/** A streamer as callers see it. `revision` counts its deliveries and manual changes; 0 before the first. */
export interface StreamerState extends Committed {
  /** The last commit, ms since the epoch. */
  readonly committedAt: number;
}

export const revisionOf = (streamer: Streamer | undefined): number => streamer?.commit?.revision ?? 0;

/** Resolves to the last committed state. Rejects with `store-unavailable`. */
export async function readState(name: string, store: Store, deadline: number): Promise<StreamerState> {
  const ports = within(store, deadline);
  const streamer = await ports.streamers.read(name);
  return stateOf(streamer?.commit, ports);
}

/** Resolves to a streamer's state after a commit; before the first commit, the revision is 0. */
export async function stateOf(
  commit: Commit | undefined,
  { bookmarks }: Pick<BoundStore, "bookmarks">,
): Promise<StreamerState> {
  if (commit === undefined) return { revision: 0, committedAt: 0 };
  const { revision, at: committedAt, bookmark } = commit;
  if (bookmark === undefined) return { revision, committedAt };
  return { revision, committedAt, bookmark: await bookmarks.load(bookmark) };
}

/** Resolves to the commit of a revision: the streamer's last commit, or a filed one. */
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
 * Adds the committed state, which `read` returns, to an error, so that a refused caller need not request it.
 * Errors that hold it already are unchanged. So is `store-unavailable`, as an unanswered write may still
 * change the state. The error holds both the revision and the bookmark or neither: a revision alone would
 * mean that there is no bookmark. Never rejects.
 */
export async function withCommitted(error: unknown, read: () => Promise<StreamerState>): Promise<unknown> {
  if (!(error instanceof PersisterError) || error.code === "store-unavailable") return error;
  if (error.details.committed !== undefined) return error;
  try {
    return error.with({ committed: await read() });
  } catch (unread) {
    // The refusal is valid without the state. The cause is logged for the operator.
    return error.with({ committed: "unknown", cause: error.cause ?? unread });
  }
}

/** Does `work` and adds the streamer's committed state to its errors. */
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
