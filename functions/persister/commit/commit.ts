import { holdsSomething } from "../body/bookmark.ts";
import type { Contents } from "../body/contents.ts";
import { PersisterError } from "../errors.ts";
import type { Commit, SafeBookmark, Streamer, Totals } from "../store.ts";
import { acceptedBefore, type Lease, type LeasePorts, nextFence } from "./lease.ts";
import { commitOf, revisionOf, type StreamerState, stateOf } from "./state.ts";

/**
 * The commit point of a whole delivery, or of the safe part of one. A single conditional write increments the
 * revision, stores the safe bookmark (without one, the current bookmark stays) and releases the lease.
 * Rejects with `superseded` if another writer came first, and with `store-unavailable`, after which the write
 * may have happened.
 */
export async function commit(
  lease: Lease,
  safe: SafeBookmark | undefined,
  whole: { readonly records: number } | undefined,
  ports: LeasePorts,
): Promise<StreamerState> {
  const { held, delivery } = lease;
  const brought = replacing(safe, lease);
  // Nothing may fail after the commit, so everything that the response needs is read before it.
  const { bookmark } = brought === undefined ? await stateOf(held.commit, ports) : { bookmark: brought };
  const stored =
    brought === undefined ? held.commit?.bookmark : await ports.bookmarks.store(held.name, brought);
  const at = ports.clock.now();
  const bookmarkAt = brought === undefined ? held.commit?.bookmarkAt : at;
  const made: Commit = {
    revision: revisionOf(held) + 1,
    at,
    by: "delivery",
    delivery,
    whole: whole !== undefined,
    acceptedCount: safe?.acceptedCount ?? acceptedBefore(lease),
    ...(stored && { bookmark: stored }),
    ...(bookmarkAt !== undefined && { bookmarkAt }),
  };
  const { lease: _, ...rest } = held;
  const totals = whole === undefined ? held.totals : totalsAfter(held, whole);
  const next: Streamer = {
    ...rest,
    ...nextFence(held, ports.newId()),
    commit: made,
    ...(totals && { totals }),
  };
  if (!(await ports.streamers.write(next))) await assertCommitted(next, made, ports);
  return { revision: made.revision, committedAt: made.at, ...(bookmark && { bookmark }) };
}

/**
 * Commits the bookmark before a batch that was not accepted. Resolves to undefined if the store does not
 * answer: the caller must learn of the batch in any case.
 */
export async function commitWhatIsSafe(
  safe: SafeBookmark | undefined,
  lease: Lease,
  ports: LeasePorts,
): Promise<StreamerState | undefined> {
  try {
    if (replacing(safe, lease) !== undefined) return await commit(lease, safe, undefined, ports);
    return await stateOf(lease.held.commit, ports);
  } catch (error) {
    const isUnread =
      error instanceof PersisterError && /^(store-unavailable|bookmark-lost)$/.test(error.code);
    if (isUnread) return undefined;
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
