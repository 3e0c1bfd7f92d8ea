import { allSettled } from "../all-settled.ts";
import { commitOf, type StreamerState, stateOf } from "../commit/state.ts";
import { type BoundStore, within } from "../deadline.ts";
import { PersisterError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { type Receipt, receiptOf } from "../receipt.ts";
import type { Commit, FiledDelivery, Store, Streamer } from "../store.ts";

/** A summary of a streamer; times in ms since the epoch. */
export interface Summary {
  readonly streamer: string;
  readonly revision: number;
  /** The last commit; undefined before the first. */
  readonly committedAt: number | undefined;
  /** Time since the bookmark was sent, ms; undefined without a bookmark. */
  readonly bookmarkAge: number | undefined;
  /** The number of deliveries that were committed whole. */
  readonly deliveries: number;
  readonly records: number;
  /** The delivery that holds the streamer's lease, and the lease's end. */
  readonly inFlight: { readonly delivery: string; readonly until: number } | undefined;
}

/** A part of a list. `next` is the cursor of the next page; undefined on the last one. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly next: string | undefined;
}

export interface OverviewParts extends Store {
  readonly clock: Clock;
}

/**
 * Lists streamers after the name `after`: all, or only those in `named`. Rejects with `store-unavailable`.
 */
export async function listStreamers(
  request: {
    readonly named: ReadonlySet<string> | "all";
    readonly after: string;
    readonly limit: number;
    readonly deadline: number;
  },
  parts: OverviewParts,
): Promise<Page<Summary>> {
  const { named, after, limit } = request;
  const ports = within(parts, request.deadline);
  const names =
    named === "all"
      ? await ports.streamers.list(after, limit)
      : [...named]
          .filter(name => name > after)
          .sort()
          .slice(0, limit);
  const streamers = await allSettled(names.map(name => ports.streamers.read(name)));
  const now = parts.clock.now();
  const entries = streamers.flatMap(streamer => (streamer === undefined ? [] : [summaryOf(streamer, now)]));
  return { entries, next: names.length < limit ? undefined : names.at(-1) };
}

/** Resolves to one streamer and its bookmark. Rejects with `no-streamer` or `store-unavailable`. */
export async function readStreamer(
  name: string,
  parts: OverviewParts,
  deadline: number,
): Promise<{ readonly summary: Summary; readonly last: Commit | undefined; readonly state: StreamerState }> {
  const ports = within(parts, deadline);
  const streamer = await ports.streamers.read(name);
  if (streamer === undefined) {
    throw new PersisterError("no-streamer", "No delivery of this streamer has begun yet.");
  }
  const state = await stateOf(streamer.commit, ports);
  return { summary: summaryOf(streamer, parts.clock.now()), last: streamer.commit, state };
}

function summaryOf({ name, commit, totals, lease }: Streamer, now: number): Summary {
  return {
    streamer: name,
    revision: commit?.revision ?? 0,
    committedAt: commit?.at,
    bookmarkAge: commit?.bookmarkAt && Math.max(0, now - commit.bookmarkAt),
    deliveries: totals?.deliveries ?? 0,
    records: totals?.records ?? 0,
    inFlight: lease !== undefined && lease.until > now ? lease : undefined,
  };
}

/** A delivery and its result. */
export interface DeliveryStatus {
  readonly filed: FiledDelivery;
  /**
   * Present if the delivery was committed whole; lists omit its bookmark. A delivery that is neither
   * committed nor failed never ended.
   */
  readonly receipt: Receipt | undefined;
}

/**
 * Lists a streamer's deliveries before the delivery `before`, newest first. Rejects with `store-unavailable`.
 */
export async function listDeliveries(
  request: {
    readonly streamer: string;
    readonly before: string | undefined;
    readonly limit: number;
    readonly deadline: number;
  },
  parts: OverviewParts,
): Promise<Page<DeliveryStatus>> {
  const { streamer: name, before, limit } = request;
  const ports = within(parts, request.deadline);
  const filed = await ports.log.list(name, before, limit);
  const streamer = await ports.streamers.read(name);
  const entries = await allSettled(filed.map(each => statusOf(each, streamer, ports, withoutBookmark)));
  // A page of large entries may be shorter than the limit: only an empty page is the last.
  return { entries, next: filed.at(-1)?.delivery };
}

/** Resolves to one delivery. Rejects with `no-delivery` or `store-unavailable`. */
export async function readDelivery(
  { streamer, delivery }: { readonly streamer: string; readonly delivery: string },
  parts: OverviewParts,
  deadline: number,
): Promise<DeliveryStatus> {
  const ports = within(parts, deadline);
  const filed = await ports.log.read(streamer, delivery);
  if (filed === undefined) throw noDelivery();
  return statusOf(filed, await ports.streamers.read(streamer), ports, stateOf);
}

/** Returns the error for an id that no delivery has, or can have. */
export const noDelivery = () =>
  new PersisterError(
    "no-delivery",
    "No delivery with this id has ended. A delivery in flight is listed with its streamer.",
  );

/** A receipt is valid if its delivery committed the revision that the receipt names. */
async function statusOf(
  filed: FiledDelivery,
  streamer: Streamer | undefined,
  ports: BoundStore,
  state: typeof stateOf,
): Promise<DeliveryStatus> {
  if (filed.receipt === undefined) return { filed, receipt: undefined };
  const commit = await commitOf(streamer, filed.receipt.revision, ports);
  const isGood = commit?.delivery === filed.delivery && commit.whole === true;
  if (!isGood) return { filed, receipt: undefined };
  return { filed, receipt: receiptOf(filed.receipt.text, await state(commit, ports)) };
}

const withoutBookmark: typeof stateOf = async commit => ({
  revision: commit?.revision ?? 0,
  committedAt: commit?.at ?? 0,
});
