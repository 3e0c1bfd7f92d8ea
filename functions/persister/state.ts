import type { Bookmark, Commit, Store, Streamer } from "./ports.ts";

/** A streamer as callers see it. */
export interface StreamerState {
  /** How many deliveries and changes by hand have been committed; 0 before the first. */
  readonly revision: number;
  /** The last commit, ms since the epoch. */
  readonly committedAt: number;
  /** Absent until a delivery brought one, and once it is forgotten. */
  readonly bookmark?: Bookmark;
}

export const revisionOf = (streamer: Streamer | undefined): number => streamer?.commit?.revision ?? 0;

/** The last committed state. Rejects with `store-unavailable`. */
export async function readState(
  name: string,
  store: Pick<Store, "streamers" | "bookmarks">,
  deadline: number,
): Promise<StreamerState> {
  const streamer = await store.streamers.read(name, deadline);
  return stateOf(streamer?.commit, store, deadline);
}

/** A streamer's state after a commit; that before the first is revision 0. */
export async function stateOf(
  commit: Commit | undefined,
  { bookmarks }: Pick<Store, "bookmarks">,
  deadline: number,
): Promise<StreamerState> {
  if (commit === undefined) return { revision: 0, committedAt: 0 };
  const { revision, at: committedAt, bookmark } = commit;
  if (bookmark === undefined) return { revision, committedAt };
  return { revision, committedAt, bookmark: await bookmarks.load(bookmark, deadline) };
}

/** The commit that made a revision: the streamer's last, or one that was filed since. */
export async function commitOf(
  streamer: Streamer | undefined,
  revision: number,
  { history }: Pick<Store, "history">,
  deadline: number,
): Promise<Commit | undefined> {
  const last = revisionOf(streamer);
  if (streamer === undefined || revision > last) return undefined;
  return revision === last ? streamer.commit : history.read(streamer.name, revision, deadline);
}
