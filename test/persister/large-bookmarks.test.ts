import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { destinationOf } from "../../functions/import-api/destination.ts";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { memoryArchive } from "../../functions/memory/archive.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import { change } from "../../functions/persister/commit/change.ts";
import { type Parts, persist } from "../../functions/persister/persist.ts";
import { readHistory } from "../../functions/persister/query/history.ts";
import type { Commit, Store, StoredBookmark } from "../../functions/persister/store.ts";

/** Storing and reading a bookmark outside the table adds no round trips. */
const deadline = Date.now() + 600_000;
const rules = importApiRules();

/** A store that records when some of its calls begin and end. */
function notingStore(): { readonly store: Store; readonly notes: string[] } {
  const { bookmarks, history, log, streamers, ...others } = memoryStore();
  const notes: string[] = [];
  const noted = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    notes.push(name);
    await setImmediate();
    const done = await work();
    notes.push(`${name} done`);
    return done;
  };
  const store: Store = {
    ...others,
    log: { ...log, file: (...args) => noted("receipt", () => log.file(...args)) },
    history: { ...history, file: (...args) => noted("history", () => history.file(...args)) },
    bookmarks: { ...bookmarks, store: (...args) => noted("bookmark", () => bookmarks.store(...args)) },
    streamers: { ...streamers, write: (...args) => noted("item", () => streamers.write(...args)) },
  };
  return { store, notes };
}

function partsOf(store: Store): Parts {
  let ids = 0;
  const encoder = batchEncoder(4242);
  const api = { send: async () => ({ kind: "accepted", attempts: 1 }) as const };
  const destination = destinationOf({ clientId: 4242, rules, encoder, api });
  return {
    ...store,
    clock: { now: Date.now, sleep: async () => {} },
    newId: () => `id-${ids++}`,
    archive: memoryArchive(),
    observer: { onDelivery: () => {} },
    destinations: { of: async () => destination },
  };
}

const streamer = "s";
const precondition = {};
const body = Buffer.from('{"type":"RECORD","stream":"t","record":{"id":1}}\n{"type":"STATE","value":1}\n');

it("a delivery stores its bookmark with its receipt, and before the item that names it", async () => {
  const { store, notes } = notingStore();
  await persist({ streamer, body, gzipped: false, precondition, deadline }, partsOf(store));
  const afterBegin = notes.slice(notes.indexOf("item done") + 1);
  const stored = ["bookmark", "receipt", "bookmark done", "receipt done"];
  expect(afterBegin).toEqual([...stored, "item", "item done"]);
});

it("a manual change stores its bookmark while it files the earlier commit", async () => {
  const { store, notes } = notingStore();
  const parts = partsOf(store);
  const bookmark = { encoding: "json", value: Buffer.from("2") } as const;
  await change({ streamer, bookmark, precondition, deadline }, parts);
  notes.length = 0;
  await change({ streamer, bookmark, precondition, deadline }, parts);
  const stored = ["bookmark", "history", "bookmark done", "history done"];
  expect(notes).toEqual([...stored, "item", "item done"]);
});

it("a page of history loads its bookmarks a few at a time, in order", async () => {
  const { bookmarks, ...others } = memoryStore();
  let [loading, most, rounds] = [0, 0, 0];
  const store: Store = {
    ...others,
    bookmarks: {
      ...bookmarks,
      load: async (...args) => {
        if (loading++ === 0) rounds++;
        most = Math.max(most, loading);
        await setImmediate();
        loading--;
        return bookmarks.load(...args);
      },
    },
  };
  const commitOf = (revision: number): Commit => ({
    revision,
    at: revision,
    by: "delivery",
    delivery: "d",
    bookmark: { encoding: "json", value: Buffer.from(`${revision}`) } as unknown as StoredBookmark,
  });
  for (let revision = 1; revision < 120; revision++)
    await store.history.file(streamer, commitOf(revision), deadline);
  const item = { name: streamer, fence: 1, stamp: "", lastSequence: 0n, commit: commitOf(120) };
  await store.streamers.write(item, deadline);
  const request = { streamer, before: Number.POSITIVE_INFINITY, limit: 100, deadline };
  const { entries, next } = await readHistory(request, store);
  const values = entries.map(({ bookmark }) => Number(Buffer.from(bookmark!.value).toString()));
  expect(values).toEqual(Array.from({ length: 100 }, (_, n) => 120 - n));
  expect([next, most, rounds]).toEqual([21, 25, 5]);
});
