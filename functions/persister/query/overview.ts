import { allSettled } from "../all-settled.ts";
import { commitOf, revisionOf, type StreamerState, stateOf } from "../commit/state.ts";
import { type BoundStore, within } from "../deadline.ts";
import { PersisterError } from "../errors.ts";
import { historyEntriesMax } from "../limits.ts";
import { type Receipt, receiptOf } from "../receipt.ts";
import type { Commit, FiledDelivery, Store, Streamer } from "../store.ts";
import { type Page, type StreamersParts, type Summary, summaryOf } from "./streamers.ts";

/** Resolves to one streamer and its bookmark. Rejects with `no-streamer` or `store-unavailable`. */
export async function readStreamer(
  name: string,
  parts: StreamersParts,
  deadline: number,
): Promise<{ readonly summary: Summary; readonly last: Commit | undefined; readonly state: StreamerState }> {
  const ports = within(parts, deadline);
  const [{ streamer, settings }, entry = { streamer: name }] = await allSettled([
    ports.streamers.readWithSettings(name),
    ports.entries.read(name),
  ]);
  const known = { entry, streamer, settings: settings?.settings };
  const summary = summaryOf(known, parts.clock.now(), parts.bookmarkAgeMax);
  if (summary === undefined) {
    throw new PersisterError("no-streamer", "No delivery of this streamer has begun yet.");
  }
  return { summary, last: streamer?.commit, state: await stateOf(streamer?.commit, ports) };
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
  parts: Store,
): Promise<Page<DeliveryStatus>> {
  const { streamer: name, before, limit } = request;
  const ports = within(parts, request.deadline);
  const filed = await ports.log.list(name, before, limit);
  // Read after the log: what the log names as committed is in the streamer by now.
  const streamer = await ports.streamers.read(name);
  const commits = await commitsOf(filed, streamer, ports);
  const entries = filed.map(each => statusOf(each, each.receipt && commits.get(each.receipt.revision)));
  // A page of large entries may be shorter than the limit: only an empty page is the last.
  return { entries, next: filed.at(-1)?.delivery };
}

/** Resolves to the commits that receipts name, by revision: they are neighbours, so few calls read them. */
async function commitsOf(
  filed: readonly FiledDelivery[],
  streamer: Streamer | undefined,
  { history }: BoundStore,
): Promise<ReadonlyMap<number, Commit>> {
  const last = revisionOf(streamer);
  const named = filed.flatMap(({ receipt }) => receipt?.revision ?? []).filter(each => each <= last);
  const commits = new Map<number, Commit>();
  if (streamer?.commit !== undefined) commits.set(last, streamer.commit);
  const first = Math.min(...named);
  let before = Math.max(0, ...named.filter(revision => revision < last)) + 1;
  while (before > first) {
    const page = await history.list(streamer!.name, before, Math.min(before - first, historyEntriesMax));
    for (const commit of page) commits.set(commit.revision, commit);
    before = page.at(-1)?.revision ?? 0;
  }
  return commits;
}

/** Resolves to one delivery. Rejects with `no-delivery` or `store-unavailable`. */
export async function readDelivery(
  { streamer, delivery }: { readonly streamer: string; readonly delivery: string },
  parts: Store,
  deadline: number,
): Promise<DeliveryStatus> {
  const ports = within(parts, deadline);
  const filed = await ports.log.read(streamer, delivery);
  if (filed === undefined) throw noDelivery();
  if (filed.receipt === undefined) return { filed, receipt: undefined };
  const commit = await commitOf(await ports.streamers.read(streamer), filed.receipt.revision, ports);
  const status = statusOf(filed, commit);
  if (status.receipt === undefined) return status;
  return { filed, receipt: { ...status.receipt, state: await stateOf(commit, ports) } };
}

/** Returns the error for an id that no delivery has, or can have. */
export const noDelivery = () =>
  new PersisterError(
    "no-delivery",
    "No delivery with this id has ended. A delivery in flight is listed with its streamer.",
  );

/**
 * Returns a delivery's outcome. A receipt is valid if its delivery committed the revision that the receipt
 * names: `commit`. Its bookmark is left out.
 */
function statusOf(filed: FiledDelivery, commit: Commit | undefined): DeliveryStatus {
  const { receipt } = filed;
  const isValid = commit?.delivery === filed.delivery && commit.whole === true;
  if (receipt === undefined || !isValid) return { filed, receipt: undefined };
  const { revision, at: committedAt } = commit;
  return { filed, receipt: receiptOf(receipt.text, { revision, committedAt }) };
}
