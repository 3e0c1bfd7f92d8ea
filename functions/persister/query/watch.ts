import { allSettled } from "../all-settled.ts";
import { entryCommitOf, updateEntry } from "../commit/entry.ts";
import { type BoundStore, within } from "../deadline.ts";
import type { Entry, StaleNotice } from "../entries.ts";
import type { Notifier, WatchEvent, WatchKind, WatchObserver } from "../ports.ts";
import { entryFreshness, type Freshness, freshnessOf } from "./staleness.ts";
import { chunksOf, type StreamersParts } from "./streamers.ts";

export interface WatchParts extends StreamersParts {
  readonly observer: WatchObserver;
  readonly notifier: Notifier;
}

/** A message names at most so many streamers or tokens. */
export const namesMax = 20;
const againMilliseconds = 24 * 3_600_000;
const readsAtOnce = 32;
/** Reserved for the messages and for noting them; streamers not read by then are read in the next run. */
export const reserveMilliseconds = 8_000;

/**
 * Inspects every streamer and notifies of those whose bookmark became stale, daily while it is, and once when
 * it moved again. Only entries that look stale, or of which somebody was notified, are checked against the
 * streamer's item. A message is published before its names are noted, so a name may be published twice, but
 * is never missed. Rejects with `store-unavailable`, and as the notifier does.
 */
export async function watchStreamers(parts: WatchParts, deadline: number): Promise<void> {
  const { clock, observer, notifier, bookmarkAgeMax } = parts;
  const ports = within(parts, deadline);
  const now = clock.now();
  const totals = { streamers: 0, stale: 0, oldest: 0 };
  const pending: Record<WatchKind, WatchEvent[]> = { stale: [], "still-stale": [], recovered: [] };
  const publish = async (kind: WatchKind) => {
    const events = pending[kind].splice(0);
    if (events.length === 0) return;
    await notifier.notify(kind, events);
    await allSettled(events.map(each => ports.entries.notify(each.streamer, noticeOf(kind, each, now))));
  };
  const everything = { after: "", prefix: "", expected: Number.MAX_SAFE_INTEGER };
  for await (const entries of chunksOf(ports.entries.list(everything), readsAtOnce)) {
    const canRead = clock.now() < deadline - reserveMilliseconds;
    const inspected = await allSettled(
      entries.map(entry => inspect(entry, { now, ageMax: bookmarkAgeMax, canRead }, ports)),
    );
    for (const { entry, fresh, isRead } of inspected) {
      if (fresh === undefined) continue;
      const isStale = now > fresh.staleAt;
      totals.streamers++;
      totals.stale += isStale ? 1 : 0;
      if (fresh.hasBookmark) {
        totals.oldest = Math.max(totals.oldest, now - fresh.from);
        observer.onBookmarkAge(entry.streamer, Math.max(0, now - fresh.from));
      }
      const kind = isRead ? kindOf(isStale, entry.notice, now) : undefined;
      if (kind === undefined) continue;
      const { streamer, lastFailure } = entry;
      pending[kind].push({ streamer, ...fresh, lastFailure });
      if (pending[kind].length >= namesMax) await publish(kind);
    }
  }
  for (const kind of ["stale", "still-stale", "recovered"] as const) await publish(kind);
  observer.onWatched(totals);
}

interface Inspected {
  readonly entry: Entry;
  /** Undefined for a name without a streamer. */
  readonly fresh: (Freshness & { readonly hasBookmark: boolean }) | undefined;
  /** The streamer's item was read: what `fresh` says is true. */
  readonly isRead: boolean;
}

async function inspect(
  entry: Entry,
  { now, ageMax, canRead }: { readonly now: number; readonly ageMax: number; readonly canRead: boolean },
  ports: BoundStore,
): Promise<Inspected> {
  const known = entryFreshness(entry, ageMax);
  const isSuspect = known === undefined || now > known.staleAt || entry.notice !== undefined;
  const hasBookmark = entry.commit?.bookmarkAt !== undefined;
  if (!isSuspect || !canRead) return { entry, fresh: known && { ...known, hasBookmark }, isRead: false };
  const { streamer, settings } = await ports.streamers.readWithSettings(entry.streamer);
  if (streamer === undefined) {
    // Nothing but failures: they are all there is to know.
    const truth = entryFreshness({ ...entry, settings: settings?.settings ?? {} }, ageMax);
    return { entry, fresh: truth && { ...truth, hasBookmark: false }, isRead: true };
  }
  const fresh = freshnessOf(streamer, settings?.settings, entry, ageMax);
  const commit = entryCommitOf(streamer);
  const isBehind = commit !== undefined && commit.revision !== entry.commit?.revision;
  // An earlier version stored the name alone, and could note nothing.
  if (isBehind || entry.since === undefined) {
    const { name, since = now } = streamer;
    const known = { since, ...(commit && { commit }), settings: settings?.settings ?? {} };
    await updateEntry({ streamer: name, ...known }, ports);
  }
  return { entry, fresh: fresh && { ...fresh, hasBookmark: commit?.bookmarkAt !== undefined }, isRead: true };
}

function kindOf(isStale: boolean, notice: StaleNotice | undefined, now: number): WatchKind | undefined {
  if (!isStale) return notice === undefined ? undefined : "recovered";
  if (notice === undefined) return "stale";
  return now - notice.notifiedAt >= againMilliseconds ? "still-stale" : undefined;
}

/** Returns the notice of a message that the entry keeps. */
function noticeOf(kind: WatchKind, { staleAt }: WatchEvent, now: number): StaleNotice | undefined {
  return kind === "recovered" ? undefined : { staleSince: staleAt, notifiedAt: now };
}
