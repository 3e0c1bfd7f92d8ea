import type { Chain, Chains } from "../persister/chains.ts";
import type { DayCounts, Days, Entries, Entry, StreamCounts } from "../persister/entries.ts";
import { dayCountsDaysMax } from "../persister/limits.ts";
import type {
  Bookmarks,
  Commit,
  Deliveries,
  DeliveryLog,
  Fenced,
  FiledDelivery,
  History,
  IdempotencyRecord,
  Store,
  StoredBookmark,
  Streamer,
  StreamerSettings,
  Streamers,
} from "../persister/store.ts";

/** Replaces the item that `next` was made from. Returns false if another one has been written since. */
function putFenced<T extends Fenced>(items: Map<string, T>, key: string, next: T): boolean {
  if ((items.get(key)?.fence ?? 0) !== next.fence - 1) return false;
  items.set(key, next);
  return true;
}

function memoryStreamers(entries: Map<string, Entry>): Streamers {
  const items = new Map<string, Streamer>();
  const settings = new Map<string, StreamerSettings>();
  return {
    read: async name => items.get(name),
    readWithSettings: async name => ({ streamer: items.get(name), settings: settings.get(name) }),
    writeSettings: async next => putFenced(settings, next.streamer, next),
    write: async next => {
      if (next.fence === 1) entries.set(next.name, { ...created(next), ...entries.get(next.name) });
      return putFenced(items, next.name, next);
    },
  };
}

const created = ({ name, since }: Streamer): Entry => ({
  streamer: name,
  ...(since !== undefined && { since }),
});

function memoryEntries(entries: Map<string, Entry>): Entries {
  return {
    read: async streamer => entries.get(streamer),
    update: async ({ commit, ...update }) => {
      const current = entries.get(update.streamer);
      if (commit !== undefined && (current?.commit?.revision ?? 0) > commit.revision) return;
      const since = current?.since ?? update.since;
      entries.set(update.streamer, { ...current, ...update, since, ...(commit && { commit }) });
    },
    notify: async (streamer, notice) => {
      const current = entries.get(streamer);
      if (current === undefined) return;
      const { notice: _, ...entry } = current;
      entries.set(streamer, { ...entry, ...(notice && { notice }) });
    },
    set: async (streamer, settings) => {
      const entry = entries.get(streamer);
      if (entry !== undefined) entries.set(streamer, { ...entry, settings });
    },
    async *list({ after, prefix }) {
      const names = [...entries.keys()].filter(name => name > after && name.startsWith(prefix));
      for (const name of names.sort()) yield entries.get(name)!;
    },
  };
}

function memoryChains(): Chains {
  const chains = new Map<string, Chain>();
  return {
    claim: async (chain, now) => {
      const current = chains.get(chain.streamer);
      if (current !== undefined && current.until > now && current.id !== chain.id) return false;
      chains.set(chain.streamer, chain);
      return true;
    },
  };
}

const memoryBookmarks: Bookmarks = {
  store: async (_streamer, { encoding, value }) => ({ encoding, value: value.slice() }) as StoredBookmark,
  load: async stored => {
    if (!("value" in stored)) throw new Error("Nothing was stored elsewhere.");
    return { encoding: stored.encoding, value: stored.value };
  },
};

function memoryHistory(): History {
  const commits = new Map<string, Map<number, Commit>>();
  const of = (streamer: string) => commits.get(streamer) ?? new Map<number, Commit>();
  return {
    file: async (streamer, commit) => {
      const filed = of(streamer);
      if (!filed.has(commit.revision)) commits.set(streamer, filed.set(commit.revision, commit));
    },
    read: async (streamer, revision) => of(streamer).get(revision),
    list: async (streamer, before, limit) =>
      [...of(streamer).values()]
        .filter(({ revision }) => revision < before)
        .sort((a, b) => b.revision - a.revision)
        .slice(0, limit),
  };
}

function memoryDeliveries(): Deliveries {
  const items = new Map<string, IdempotencyRecord>();
  return {
    read: async (streamer, key) => items.get(`${streamer} ${key}`),
    write: async next => putFenced(items, `${next.streamer} ${next.key}`, next),
  };
}

function replaces(next: FiledDelivery, there: FiledDelivery | undefined): boolean {
  if (next.receipt !== undefined) return (there?.receipt?.revision ?? 0) <= next.receipt.revision;
  if (there?.receipt !== undefined) return false;
  return there?.failure === undefined || (there.failure.passing === true && next.failure?.passing !== true);
}

function memoryLog(): DeliveryLog {
  const filed = new Map<string, Map<string, FiledDelivery>>();
  const of = (streamer: string) => filed.get(streamer) ?? new Map<string, FiledDelivery>();
  return {
    file: async next => {
      const log = of(next.streamer);
      if (replaces(next, log.get(next.delivery))) filed.set(next.streamer, log.set(next.delivery, next));
    },
    read: async (streamer, delivery) => of(streamer).get(delivery),
    list: async (streamer, before, limit) =>
      [...of(streamer).values()]
        .filter(({ delivery }) => before === undefined || delivery < before)
        .sort((a, b) => (a.delivery < b.delivery ? 1 : -1))
        .slice(0, limit),
  };
}

function memoryDays(): Days {
  const counted = new Map<string, Map<string, DayCounts>>();
  return {
    add: async (streamer, counts) => {
      const days = counted.get(streamer) ?? new Map<string, DayCounts>();
      const earlier = days.get(counts.date);
      counted.set(streamer, days.set(counts.date, earlier ? sumOf(earlier, counts) : counts));
    },
    list: async (streamer, since) =>
      [...(counted.get(streamer)?.values() ?? [])]
        .filter(({ date }) => date >= since)
        .sort((a, b) => (a.date < b.date ? 1 : -1))
        .slice(0, dayCountsDaysMax),
  };
}

function sumOf(a: DayCounts, b: DayCounts): DayCounts {
  const streams = new Map<string, StreamCounts>();
  for (const { stream, records, bytes } of [...a.streams, ...b.streams]) {
    const other = streams.get(stream);
    streams.set(stream, {
      stream,
      records: records + (other?.records ?? 0),
      bytes: bytes + (other?.bytes ?? 0),
    });
  }
  const sorted = [...streams.values()].sort((one, other) => (one.stream < other.stream ? -1 : 1));
  return { date: a.date, records: a.records + b.records, bytes: a.bytes + b.bytes, streams: sorted };
}

/** Returns an in-memory store: its contents last as long as the process. */
export function memoryStore(): Store {
  const entries = new Map<string, Entry>();
  return {
    chains: memoryChains(),
    streamers: memoryStreamers(entries),
    entries: memoryEntries(entries),
    days: memoryDays(),
    bookmarks: memoryBookmarks,
    history: memoryHistory(),
    deliveries: memoryDeliveries(),
    log: memoryLog(),
  };
}
