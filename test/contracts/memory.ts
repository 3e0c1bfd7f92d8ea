import { PersisterError } from "../../functions/persister/errors.ts";
import type { Archive, Lease, StreamerState, Streamers } from "../../functions/persister/ports.ts";

/** An archive that forgets all when the process ends. */
export function memoryArchive(): Archive & { readonly objects: ReadonlyMap<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    put(key, bytes) {
      if (objects.has(key))
        return Promise.reject(new PersisterError("archive-unavailable", "The key is taken."));
      objects.set(key, bytes.slice());
      return Promise.resolve(`memory://${key}`);
    },
  };
}

interface Item {
  state: StreamerState;
  fence: number;
  lastSequence: bigint;
  lease: Lease | undefined;
}

/** Streamers that are forgotten when the process ends. */
export function memoryStreamers(): Streamers {
  const items = new Map<string, Item>();
  return {
    read: streamer => Promise.resolve(committed(items.get(streamer))),
    begin: async ({ streamer, delivery, now, until, sequences }) => {
      const item = items.get(streamer) ?? {
        state: { revision: 0, committedAt: 0 },
        fence: 0,
        lastSequence: -1n,
        lease: undefined,
      };
      if (item.lease?.delivery === delivery && item.lease.until === until) return item.lease;
      if (item.lease !== undefined && item.lease.until > now) {
        throw new PersisterError("delivery-in-flight", `${item.lease.delivery} is in flight.`, {
          retryAfterSeconds: 1,
        });
      }
      const byClock = BigInt(now) * 1_000_000n;
      const firstSequence = byClock > item.lastSequence ? byClock : item.lastSequence + 1n;
      const lease = { streamer, delivery, until, fence: item.fence + 1, firstSequence };
      items.set(streamer, {
        ...item,
        lease,
        fence: lease.fence,
        lastSequence: firstSequence + BigInt(sequences) - 1n,
      });
      return lease;
    },
    commit: async (lease, bookmark, now) => {
      const item = items.get(lease.streamer);
      if (item?.lease?.fence !== lease.fence)
        throw new PersisterError("lease-lost", "Another delivery took over.");
      const { revision } = item.state;
      item.state = { ...item.state, revision: revision + 1, committedAt: now, ...(bookmark && { bookmark }) };
      item.lease = undefined;
      return item.state;
    },
    release: async lease => {
      const item = items.get(lease.streamer);
      if (item?.lease?.fence === lease.fence) item.lease = undefined;
    },
  };
}

const committed = (item: Item | undefined) =>
  item === undefined || item.state.revision === 0 ? undefined : item.state;
