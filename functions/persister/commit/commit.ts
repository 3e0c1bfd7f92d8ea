import { allSettled } from "../all-settled.ts";
import { holdsSomething } from "../body/bookmark.ts";
import type { Contents } from "../body/contents.ts";
import { PersisterError } from "../errors.ts";
import type { Bookmark, Commit, SafeBookmark, StoredBookmark, Streamer, Totals } from "../store.ts";
import { gapsAfter } from "./gaps.ts";
import { acceptedBefore, type Lease, type LeasePorts, nextFence } from "./lease.ts";
import { commitOf, revisionOf, type StreamerState, stateOf } from "./state.ts";

/** A bookmark that a commit can name: it is stored, and read for the response. The last commit is filed. */
export interface PreparedBookmark {
  /** The delivery's own safe bookmark; otherwise the current one stays. */
  readonly isNew: boolean;
  readonly acceptedCount: number;
  /** Both are absent if the streamer has no bookmark. */
  readonly stored: StoredBookmark | undefined;
  readonly bookmark: Bookmark | undefined;
}

/**
 * Stores the safe bookmark if it replaces the current one, and otherwise reads the current one. Files the
 * commit that is about to be replaced. Nothing may fail after the commit, and the commit may name nothing
 * that is not stored, so this is done before it. Rejects with `store-unavailable` or `bookmark-lost`.
 */
export async function prepare(
  lease: Lease,
  safe: SafeBookmark | undefined,
  ports: LeasePorts,
): Promise<PreparedBookmark> {
  const { name, commit: current } = lease.held;
  const acceptedCount = safe?.acceptedCount ?? acceptedBefore(lease);
  const [prepared] = await allSettled([
    bookmarkAfter(lease, replacing(safe, lease), ports),
    current && ports.history.file(name, current),
  ]);
  return { ...prepared, acceptedCount };
}

async function bookmarkAfter(
  { held: { name, commit: current } }: Lease,
  bookmark: SafeBookmark | undefined,
  ports: LeasePorts,
): Promise<Omit<PreparedBookmark, "acceptedCount">> {
  if (bookmark !== undefined)
    return { isNew: true, stored: await ports.bookmarks.store(name, bookmark), bookmark };
  const state = await stateOf(current, ports);
  return { isNew: false, stored: current?.bookmark, bookmark: state.bookmark };
}

/** The committed state, and the streamer's item as it was written. */
export interface CommitResult {
  readonly state: StreamerState;
  readonly item: Streamer;
}

/**
 * Commits a whole delivery, or the safe part of one: the commit point. A single conditional write increments
 * the revision, names the prepared bookmark and releases the lease. Rejects with `superseded` if another
 * writer came first, and with `store-unavailable`, after which the write may have happened.
 */
export async function commit(
  lease: Lease,
  { isNew, acceptedCount, stored, bookmark }: PreparedBookmark,
  whole: { readonly records: number } | undefined,
  ports: LeasePorts,
): Promise<CommitResult> {
  const { held, delivery } = lease;
  const at = ports.clock.now();
  const bookmarkAt = isNew ? at : held.commit?.bookmarkAt;
  const made: Commit = {
    revision: revisionOf(held) + 1,
    at,
    by: "delivery",
    delivery,
    whole: whole !== undefined,
    acceptedCount,
    ...(stored && { bookmark: stored }),
    ...(bookmarkAt !== undefined && { bookmarkAt }),
  };
  const { lease: _, ...rest } = held;
  const totals = whole === undefined ? held.totals : totalsAfter(held, whole);
  const gaps = isNew ? gapsAfter(held, at) : held.gaps;
  const next: Streamer = {
    ...rest,
    ...nextFence(held, ports.newId()),
    commit: made,
    ...(totals && { totals }),
    ...(gaps && { gaps }),
  };
  if (!(await ports.streamers.write(next))) await assertCommitted(next, made, ports);
  const state = { revision: made.revision, committedAt: made.at, ...(bookmark && { bookmark }) };
  return { state, item: next };
}

/**
 * Commits the bookmark before a batch that was not accepted. Resolves to no state if the store does not
 * answer: the caller must learn of the batch in any case. To no item if nothing was committed.
 */
export async function commitWhatIsSafe(
  safe: SafeBookmark | undefined,
  lease: Lease,
  ports: LeasePorts,
): Promise<Partial<CommitResult>> {
  try {
    if (replacing(safe, lease) === undefined) return { state: await stateOf(lease.held.commit, ports) };
    return await commit(lease, await prepare(lease, safe, ports), undefined, ports);
  } catch (error) {
    const isUnread =
      error instanceof PersisterError && /^(store-unavailable|bookmark-lost)$/.test(error.code);
    if (isUnread) return {};
    throw error;
  }
}

/**
 * Returns the safe bookmark if it replaces the committed one. A Singer tap's STATE of null or `{}` never
 * replaces one that holds something: taps print the state that they received, and target-stitch 4.0.4 writes
 * no empty one (`flush_states`: "if this were None, we would have just nuked the client's state").
 */
export const replacing = (
  safe: SafeBookmark | undefined,
  { held }: Pick<Lease, "held">,
): SafeBookmark | undefined =>
  safe?.isEmptyState === true && holdsSomething(held.commit?.bookmark) ? undefined : safe;

/** Returns whether a body ends in such a STATE and the bookmark before it is kept. */
export function keepsBookmark(
  contents: Pick<Contents, "endsInEmptyState">,
  safe: SafeBookmark | undefined,
  { held }: Pick<Lease, "held">,
): boolean {
  if (!contents.endsInEmptyState) return false;
  return safe?.isEmptyState === false || holdsSomething(held.commit?.bookmark);
}

const totalsAfter = (
  { totals = { deliveries: 0, records: 0 } }: Streamer,
  { records }: { readonly records: number },
): Totals => ({ deliveries: totals.deliveries + 1, records: totals.records + records });

/**
 * Throws `superseded` unless the refused commit was made: its answer was lost, and others may have followed.
 */
async function assertCommitted(
  { name }: Streamer,
  { revision, delivery, at }: Commit,
  ports: LeasePorts,
): Promise<void> {
  const found = await ports.streamers.read(name);
  const there = await commitOf(found, revision, ports);
  if (there?.delivery === delivery && there.at === at) return;
  throw new PersisterError(
    "superseded",
    `The delivery ${found?.lease?.delivery ?? found?.commit?.delivery} took over this streamer ` +
      `after ${delivery} had exceeded its deadline. Nothing more of it is committed. ` +
      "Start from the committed bookmark.",
  );
}
