import type { BoundStore } from "../deadline.ts";
import { PersisterError } from "../errors.ts";
import { leaseMarginMillisecondsMax } from "../limits.ts";
import type { Clock } from "../ports.ts";
import type { Fenced, IdempotencyRecord, Store, Streamer } from "../store.ts";
import { holds, type Precondition } from "./precondition.ts";
import { revisionOf, stateOf, withCommitted } from "./state.ts";

/** The right to write to a streamer until its deadline, and the sequences to write with. */
export interface Lease {
  /** The streamer as this lease wrote it; a commit against any other state is refused. */
  readonly held: Streamer;
  readonly delivery: string;
  /** 19 digits. */
  readonly firstSequence: bigint;
}

export interface LeaseRequest {
  readonly streamer: string;
  /** As it was last read; read again if it has changed since. */
  readonly current: Streamer | undefined;
  readonly delivery: string;
  /** The record of an earlier attempt of this delivery, whose sequences are used again. */
  readonly earlier: IdempotencyRecord | undefined;
  readonly precondition: Precondition;
  /** Which segment of its run the delivery is, for people who watch it. */
  readonly segment?: number | undefined;
  /** How many sequences to reserve. */
  readonly sequences: number;
  /** When the lease ends, ms since the epoch. */
  readonly until: number;
}

export interface LeaseParts extends Store {
  readonly clock: Clock;
  newId(): string;
}

/** The same, with a deadline bound. */
export type LeasePorts = BoundStore & Pick<LeaseParts, "clock" | "newId">;

/** After losing so many races against other writers, `begin` rejects. */
const beginAttemptsMax = 5;
const sequencesPerMillisecond = 1_000_000n;

/**
 * Acquires the streamer's lease and reserves sequences from max(now × 10^6, last + 1). Rejects with
 * `delivery-in-flight` while another lease is live, `superseded`, `precondition-failed` or
 * `store-unavailable`.
 */
export async function begin(request: LeaseRequest, ports: LeasePorts): Promise<Lease> {
  const { streamer, delivery, earlier, until, segment } = request;
  let { current } = request;
  for (let attempt = 0; attempt < beginAttemptsMax; attempt++) {
    if (attempt > 0 || isOutdated(current, request)) current = await ports.streamers.read(streamer);
    const now = ports.clock.now();
    assertNotLeased(current, now);
    if (earlier !== undefined) assertNotSuperseded(earlier, current, request.sequences);
    if (!isContinued(current, earlier)) await assertPrecondition(request.precondition, current, ports);
    const firstSequence = earlier?.firstSequence ?? nextSequence(current, now);
    const held: Streamer = {
      ...current,
      ...nextFence(current, ports.newId()),
      name: streamer,
      lastSequence: maximum(current?.lastSequence ?? 0n, lastOf(firstSequence, request.sequences)),
      lease: { delivery, until, since: now, ...(segment !== undefined && { segment }) },
      since: current?.since ?? now,
    };
    if (await writeStreamer(held, ports)) return { held, delivery, firstSequence };
  }
  throw new PersisterError(
    "delivery-in-flight",
    "Other deliveries of this streamer came first. Send it again.",
    {
      retryAfterSeconds: 1,
      ...(current?.lease && { inFlight: current.lease.delivery }),
    },
  );
}

/** Does `work` under a lease, and releases it if the work fails. Rejects as `begin` and `work` do. */
export async function underLease<T>(
  request: LeaseRequest,
  ports: { readonly begin: LeasePorts; readonly release: LeasePorts },
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await begin(request, ports.begin);
  try {
    return await work(lease);
  } catch (error) {
    // A commit that is still in flight finds another fence.
    await release(lease, ports.release);
    throw error;
  }
}

/** Releases the lease without committing. A lease that can't be released expires. */
async function release({ held }: Lease, ports: LeasePorts): Promise<void> {
  const { lease: _, ...rest } = held;
  try {
    await ports.streamers.write({ ...rest, ...nextFence(held, ports.newId()) });
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
  }
}

/**
 * Returns for how long the streamer's lease is live by any clock within the margin, ms; 0 without a live
 * lease.
 */
export const leasedFor = (streamer: Streamer | undefined, now: number): number =>
  streamer?.lease === undefined ? 0 : Math.max(0, streamer.lease.until + leaseMarginMillisecondsMax - now);

/** Throws `delivery-in-flight` while the streamer's lease is live. */
export function assertNotLeased(streamer: Streamer | undefined, now: number): void {
  if (streamer?.lease === undefined) return;
  const { delivery } = streamer.lease;
  const remaining = leasedFor(streamer, now);
  if (remaining <= 0) return;
  throw new PersisterError(
    "delivery-in-flight",
    `The delivery ${delivery} of this streamer is in flight. Send this one again once it has ended.`,
    {
      inFlight: delivery,
      retryAfterSeconds: Math.ceil(remaining / 1_000),
    },
  );
}

/** Throws `precondition-failed`, with the current revision and bookmark, unless the precondition holds. */
export async function assertPrecondition(
  precondition: Precondition,
  streamer: Streamer | undefined,
  store: Pick<BoundStore, "bookmarks">,
): Promise<void> {
  const revision = revisionOf(streamer);
  if (holds(precondition, revision)) return;
  const refusal = new PersisterError(
    "precondition-failed",
    `The streamer is at revision ${revision}. Start from its bookmark, with \`If-Match: "${revision}"\`.`,
  );
  throw await withCommitted(refusal, () => stateOf(streamer?.commit, store));
}

/** Returns how many of the delivery's records and activations were accepted in an earlier attempt. */
export const acceptedBefore = ({ held: { commit }, delivery }: Lease): number =>
  commit?.delivery === delivery ? (commit.acceptedCount ?? 0) : 0;

/** Returns the fence of a write that replaces `read`. The stamp identifies the write. */
export const nextFence = (read: Fenced | undefined, stamp: string): Fenced => ({
  fence: (read?.fence ?? 0) + 1,
  stamp,
});

/**
 * Writes a streamer's item. Resolves to false if another was written first. The stamp tells that from a write
 * of our own whose answer was lost.
 */
export async function writeStreamer(
  next: Streamer,
  { streamers }: Pick<BoundStore, "streamers">,
): Promise<boolean> {
  if (await streamers.write(next)) return true;
  const found = await streamers.read(next.name);
  return found?.stamp === next.stamp;
}

/** Returns whether the streamer's last commit is this delivery's own, from an earlier attempt. */
const isContinued = (streamer: Streamer | undefined, earlier: IdempotencyRecord | undefined) =>
  earlier !== undefined && streamer?.commit?.delivery === earlier.delivery;

/**
 * Throws `superseded` unless the delivery can continue with its own sequences. They must still be the
 * streamer's last, or else rows that another delivery has written since would win over newer ones. No other
 * attempt may have committed the whole delivery.
 */
function assertNotSuperseded(
  earlier: IdempotencyRecord,
  streamer: Streamer | undefined,
  sequences: number,
): void {
  const isLast = streamer?.lastSequence === lastOf(earlier.firstSequence, sequences);
  const isMoved = revisionOf(streamer) !== earlier.base && !isContinued(streamer, earlier);
  const isDone = isContinued(streamer, earlier) && streamer?.commit?.whole === true;
  if (isLast && !isMoved && !isDone) return;
  throw new PersisterError(
    "superseded",
    `The streamer has changed since ${earlier.delivery} began, ` +
      "so nothing more of that delivery is written. " +
      "Start from the committed bookmark, with a new Idempotency-Key.",
  );
}

/** Returns whether the streamer was read before the record's sequences were reserved. */
const isOutdated = (streamer: Streamer | undefined, { earlier, sequences }: LeaseRequest) =>
  earlier !== undefined && (streamer?.lastSequence ?? 0n) < lastOf(earlier.firstSequence, sequences);

const lastOf = (first: bigint, sequences: number) => first + BigInt(sequences) - 1n;

/** Returns a sequence higher than all before, even if the clock goes back. */
function nextSequence(streamer: Streamer | undefined, now: number): bigint {
  return maximum(BigInt(now) * sequencesPerMillisecond, (streamer?.lastSequence ?? 0n) + 1n);
}

const maximum = (a: bigint, b: bigint) => (a > b ? a : b);
