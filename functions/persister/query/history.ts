import { allSettled } from "../all-settled.ts";
import { revisionOf } from "../commit/state.ts";
import { type BoundStore, within } from "../deadline.ts";
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
  const add = (entry: HistoryEntry) => {
    bytes += entry.bookmark?.value.length ?? 0;
    isFull ||= entries.length > 0 && bytes > historyBytesMax;
    if (isFull) return;
    entries.push(entry);
    wanted = entry.commit.revision;
  };
  const addAll = async (commits: readonly Commit[]) => {
    for (let first = 0; first < commits.length && !isFull; first += loadsAtOnce) {
      const some = commits.slice(first, first + loadsAtOnce);
      for (const entry of await allSettled(some.map(commit => entryOf(commit, ports)))) add(entry);
    }
  };
  if (found?.commit !== undefined && wanted > revision) await addAll([found.commit]);
  while (entries.length < limit && wanted > 1 && !isFull) {
    const commits = await ports.history.list(streamer, wanted, limit - entries.length);
    if (commits.length === 0) return { revision, entries, next: undefined };
    await addAll(commits);
  }
  return { revision, entries, next: wanted > 1 ? wanted : undefined };
}

/** A bookmark has up to 1 MiB, and a page of history waits for its bookmarks in S3 a few times only. */
const loadsAtOnce = 25;

const entryOf = async (
  commit: Commit,
  { bookmarks }: Pick<BoundStore, "bookmarks">,
): Promise<HistoryEntry> => ({
  commit,
  bookmark: commit.bookmark && (await bookmarks.load(commit.bookmark)),
});

export interface HistoryRequest {
  readonly streamer: string;
  readonly before: number;
  readonly limit: number;
  readonly deadline: number;
}
