import { revisionOf } from "../commit/state.ts";
import { within } from "../deadline.ts";
import { historyBytesMax } from "../limits.ts";
import type { Bookmark, Commit, Store } from "../store.ts";

export interface HistoryPage {
  /** The streamer's current revision. */
  readonly revision: number;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** The `before` of the next page; undefined on the last page. */
  readonly next: number | undefined;
}

interface HistoryEntry {
  readonly commit: Commit;
  readonly bookmark: Bookmark | undefined;
}

/**
 * Resolves to at most `limit` of a streamer's commits below revision `before`, fewer if their bookmarks are
 * large. Rejects with `store-unavailable`.
 */
export async function readHistory(
  { streamer, before, limit, deadline }: HistoryRequest,
  store: Store,
): Promise<HistoryPage> {
  const ports = within(store, deadline);
  const found = await ports.streamers.read(streamer);
  const revision = revisionOf(found);
  const entries: HistoryEntry[] = [];
  let [wanted, bytes, isFull] = [Math.min(before, revision + 1), 0, false];
  const add = async (commit: Commit) => {
    const { bookmark: stored } = commit;
    const bookmark = stored && (await ports.bookmarks.load(stored));
    bytes += bookmark?.value.length ?? 0;
    isFull = entries.length > 0 && bytes > historyBytesMax;
    if (isFull) return;
    entries.push({ commit, bookmark });
    wanted = commit.revision;
  };
  if (found?.commit !== undefined && wanted > revision) await add(found.commit);
  while (entries.length < limit && wanted > 1 && !isFull) {
    const commits = await ports.history.list(streamer, wanted, limit - entries.length);
    if (commits.length === 0) return { revision, entries, next: undefined };
    for (const commit of commits) if (!isFull) await add(commit);
  }
  return { revision, entries, next: wanted > 1 ? wanted : undefined };
}

export interface HistoryRequest {
  readonly streamer: string;
  readonly before: number;
  readonly limit: number;
  readonly deadline: number;
}
