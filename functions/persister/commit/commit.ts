import { holdsSomething } from "../body/bookmark.ts";
import type { Contents } from "../body/contents.ts";
import { PersisterError } from "../errors.ts";
import type { Commit, SafeBookmark, Streamer, Totals } from "../store.ts";
import { acceptedBefore, type Lease, type LeasePorts, nextFence } from "./lease.ts";
import { commitOf, revisionOf, type StreamerState, stateOf } from "./state.ts";

/**
 * The moment of truth, of a whole delivery of so many records or of what is safe of it: revision + 1, the bookmark if there
 * is one (else the one that stands stays), the lease gone, in one conditional write. Rejects with `superseded` where another writer came, and with `store-unavailable`, when it may
 * have been done.
 */
export async function commit(
  lease: Lease,
  safe: SafeBookmark | undefined,
  whole: { readonly records: number } | undefined,
  ports: LeasePorts,
): Promise<StreamerState> {
  const { held, delivery } = lease;
  const brought = replacing(safe, lease);
  // Once the commit is made nothing more may fail: what the answer wants is read before.
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
 * A batch was not accepted: the bookmark before it is kept all the same. Undefined where the store does not say whether it
 * is: the caller hears of the batch in any case.
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
    if (error instanceof PersisterError && error.code === "store-unavailable") return undefined;
    throw error;
  }
}

/**
 * The safe bookmark, if it replaces the committed one. A Singer tap's STATE of null or `{}` does not replace one that
 * holds something: taps print the state that they were given, and target-stitch 4.0.4 writes no empty one
 * (`flush_states`: "if this were None, we would have just nuked the client's state").
 */
export const replacing = (
  safe: SafeBookmark | undefined,
  { held }: Pick<Lease, "held">,
): SafeBookmark | undefined =>
  safe?.isEmptyState === true && holdsSomething(held.commit?.bookmark) ? undefined : safe;

/** Whether a body ends in such a STATE and the bookmark before it is kept. */
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

/** Refused and yet done: the answer was lost, and others may have followed since. */
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
    `The delivery ${found?.lease?.delivery ?? found?.commit?.delivery} took this streamer over while ${delivery} was late. ` +
      "Nothing more of it is committed. Start from the bookmark that is.",
  );
}
