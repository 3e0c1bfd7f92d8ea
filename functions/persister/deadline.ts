import type { Chains } from "./chains.ts";
import type { Days, Entries } from "./entries.ts";
import type { Bookmarks, Deliveries, DeliveryLog, History, Store, Streamers } from "./store.ts";

/** A port whose calls lack the last argument, the deadline. */
type Bound<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: [...infer Args, number]) => infer Result
    ? (...args: Args) => Result
    : never;
};

/** A store whose calls all give up at one deadline. */
export interface BoundStore {
  readonly chains: Bound<Chains>;
  readonly streamers: Bound<Streamers>;
  readonly entries: Bound<Entries>;
  readonly days: Bound<Days>;
  readonly bookmarks: Bound<Bookmarks>;
  readonly history: Bound<History>;
  readonly deliveries: Bound<Deliveries>;
  readonly log: Bound<DeliveryLog>;
}

/** Binds the deadline, in ms since the epoch, of every call of a store. The other ports are unchanged. */
export function within<Ports extends Store>(
  ports: Ports,
  deadline: number,
): Omit<Ports, keyof Store> & BoundStore {
  const { chains, streamers, entries, days, bookmarks, history, deliveries, log, ...others } = ports;
  return {
    ...others,
    chains: { claim: (chain, now) => chains.claim(chain, now, deadline) },
    streamers: {
      read: name => streamers.read(name, deadline),
      readWithSettings: name => streamers.readWithSettings(name, deadline),
      write: next => streamers.write(next, deadline),
      writeSettings: next => streamers.writeSettings(next, deadline),
    },
    entries: {
      read: streamer => entries.read(streamer, deadline),
      update: update => entries.update(update, deadline),
      notify: (streamer, notice) => entries.notify(streamer, notice, deadline),
      set: (streamer, settings) => entries.set(streamer, settings, deadline),
      list: range => entries.list(range, deadline),
    },
    days: {
      add: (streamer, counts) => days.add(streamer, counts, deadline),
      list: (streamer, since) => days.list(streamer, since, deadline),
    },
    bookmarks: {
      store: (streamer, bookmark) => bookmarks.store(streamer, bookmark, deadline),
      load: stored => bookmarks.load(stored, deadline),
    },
    history: {
      file: (streamer, commit) => history.file(streamer, commit, deadline),
      read: (streamer, revision) => history.read(streamer, revision, deadline),
      list: (streamer, before, limit) => history.list(streamer, before, limit, deadline),
    },
    deliveries: {
      read: (streamer, key) => deliveries.read(streamer, key, deadline),
      write: next => deliveries.write(next, deadline),
    },
    log: {
      file: delivery => log.file(delivery, deadline),
      read: (streamer, delivery) => log.read(streamer, delivery, deadline),
      list: (streamer, before, limit) => log.list(streamer, before, limit, deadline),
    },
  };
}
