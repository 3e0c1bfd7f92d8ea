import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { DayCounts } from "../../functions/persister/entries.ts";
import type {
  Bookmark,
  Commit,
  IdempotencyRecord,
  SafeBookmark,
  Store,
  StoredBookmark,
  Streamer,
  StreamerSettings,
} from "../../functions/persister/store.ts";

const at = 1_700_000_000_000;
const deadline = () => Date.now() + 600_000;
const bookmark = (value: string, encoding: Bookmark["encoding"] = "json") =>
  ({ encoding, value: Buffer.from(value) }) as unknown as SafeBookmark;

/** The contract of every implementation of Store. */
export function storeContract(make: () => Store): void {
  const fresh = () => ({ store: make(), name: `s${randomUUID().slice(0, 8)}` });

  describe("streamers", () => {
    const item = (name: string, fence: number, changes: Partial<Streamer> = {}): Streamer => ({
      name,
      fence,
      stamp: randomUUID(),
      lastSequence: 1_700_000_000_000_000_000n,
      ...changes,
    });

    it("are read as written, with all attributes", async () => {
      const { store, name } = fresh();
      expect(await store.streamers.read(name, deadline())).toBeUndefined();
      const stored = await store.bookmarks.store(name, bookmark('{"a":1}'), deadline());
      const first = item(name, 1, { lease: { delivery: "d", until: at, since: at, segment: 3 } });
      const second = item(name, 2, {
        commit: { revision: 1, at, by: "delivery", delivery: "d", bookmark: stored },
      });
      for (const each of [first, second]) {
        expect(await store.streamers.write(each, deadline())).toBe(true);
        expect(await store.streamers.read(name, deadline())).toEqual(each);
      }
    });

    it.each([0n, 1n, 2n ** 53n - 1n, 2n ** 53n + 1n, 9_223_372_036_854_775_807n])(
      "keep every digit of the sequence %s",
      async lastSequence => {
        const { store, name } = fresh();
        await store.streamers.write(item(name, 1, { lastSequence }), deadline());
        expect((await store.streamers.read(name, deadline()))?.lastSequence).toBe(lastSequence);
      },
    );

    it("are written only if they are still as read", async () => {
      const { store, name } = fresh();
      const { streamers } = store;
      expect(await streamers.write(item(name, 2), deadline())).toBe(false);
      const first = item(name, 1);
      expect(await streamers.write(first, deadline())).toBe(true);
      for (const fence of [1, 3]) expect(await streamers.write(item(name, fence), deadline())).toBe(false);
      expect(await streamers.read(name, deadline())).toEqual(first);
    });

    it("are written by one of many concurrent writers", async () => {
      const { store, name } = fresh();
      for (const fence of [1, 2]) {
        const written = await Promise.all(
          Array.from({ length: 50 }, () => store.streamers.write(item(name, fence), deadline())),
        );
        expect(written.filter(Boolean)).toHaveLength(1);
      }
    });

    it("are read with their settings, which are an item of their own", async () => {
      const { store, name } = fresh();
      const { streamers } = store;
      const read = () => streamers.readWithSettings(name, deadline());
      const set = (fence: number, settings: StreamerSettings["settings"]): StreamerSettings => ({
        streamer: name,
        fence,
        stamp: randomUUID(),
        settings,
      });
      expect(await read()).toEqual({ streamer: undefined, settings: undefined });
      const hourly = set(1, { expectedEvery: "PT1H" });
      expect(await streamers.writeSettings(hourly, deadline())).toBe(true);
      expect(await read()).toEqual({ streamer: undefined, settings: hourly });
      const first = item(name, 1);
      await streamers.write(first, deadline());
      expect(await read()).toEqual({ streamer: first, settings: hourly });
      for (const fence of [1, 3])
        expect(await streamers.writeSettings(set(fence, {}), deadline())).toBe(false);
      const none = set(2, {});
      expect(await streamers.writeSettings(none, deadline())).toBe(true);
      expect(await read()).toEqual({ streamer: first, settings: none });
    });

    it("are independent of each other", async () => {
      const { store, name } = fresh();
      await store.streamers.write(item(name, 1), deadline());
      expect(await store.streamers.read(`${name}x`, deadline())).toBeUndefined();
    });
  });

  describe("streamers' names", () => {
    it("are listed in order, page by page", async () => {
      const { store, name } = fresh();
      const names = ["-b", "", "0", "_"].map(end => `${name}${end}`).sort();
      for (const each of names) {
        await store.streamers.write({ name: each, fence: 1, stamp: "s", lastSequence: 1n }, deadline());
        await store.streamers.write({ name: each, fence: 2, stamp: "t", lastSequence: 1n }, deadline());
      }
      const before = `${name.slice(0, -1)}`;
      const listed = async (after: string, prefix = "") => {
        const found: string[] = [];
        const range = { after, prefix, expected: 2 };
        for await (const { streamer } of store.entries.list(range, deadline()))
          if (streamer.startsWith(name)) found.push(streamer);
        return found;
      };
      expect(await listed(before)).toEqual(names);
      expect(await listed(names[0]!)).toEqual(names.slice(1));
      expect(await listed("", `${name}-`)).toEqual([`${name}-b`]);
      expect(await listed(`${name}-`, name)).toEqual(names.filter(each => each > `${name}-`));
      expect(await listed("~")).toEqual([]);
      expect(await listed("b", "a")).toEqual([]);
    });
  });

  describe("entries", () => {
    const commit = (revision: number) => ({ revision, at: at + revision, deliveries: 1, records: 2 });
    const lastFailure = { at, delivery: "d", code: "malformed", line: 3, message: "wrong" };

    it("are made by the first item or the first update, and keep what no update names", async () => {
      const { store, name: streamer } = fresh();
      const { entries } = store;
      const read = () => entries.read(streamer, deadline());
      expect(await read()).toBeUndefined();
      await entries.update({ streamer, since: at, lastFailure }, deadline());
      expect(await read()).toEqual({ streamer, since: at, lastFailure });
      const first = { name: streamer, fence: 1, stamp: "s", lastSequence: 1n, since: at + 5 };
      await store.streamers.write(first, deadline());
      expect(await read()).toEqual({ streamer, since: at, lastFailure });
      const made = { ...commit(1), bookmarkAt: at, longestGap: 60 };
      const settings = { expectedEvery: "PT1H" };
      await entries.update({ streamer, since: 1, commit: made, settings }, deadline());
      expect(await read()).toEqual({ streamer, since: at, lastFailure, commit: made, settings });
      await entries.update({ streamer, since: 1, commit: commit(2), settings: {} }, deadline());
      expect(await read()).toMatchObject({ streamer, commit: commit(2), lastFailure });
      expect((await read())?.commit).toEqual(commit(2));
      expect((await read())?.settings?.expectedEvery).toBeUndefined();
    });

    it("are not set back to an earlier revision", async () => {
      const { store, name: streamer } = fresh();
      for (const revision of [2, 1])
        await store.entries.update({ streamer, since: at, commit: commit(revision) }, deadline());
      expect((await store.entries.read(streamer, deadline()))?.commit).toEqual(commit(2));
    });

    it("note what people were notified of, and new settings, but are not made by that", async () => {
      const { store, name: streamer } = fresh();
      const { entries } = store;
      const notice = { staleSince: at, notifiedAt: at + 1 };
      await entries.notify(streamer, notice, deadline());
      await entries.set(streamer, { expectedEvery: "P1D" }, deadline());
      expect(await entries.read(streamer, deadline())).toBeUndefined();
      await entries.update({ streamer, since: at }, deadline());
      await entries.notify(streamer, notice, deadline());
      await entries.set(streamer, { expectedEvery: "P1D" }, deadline());
      const settings = { expectedEvery: "P1D" };
      expect(await entries.read(streamer, deadline())).toEqual({ streamer, since: at, notice, settings });
      await entries.notify(streamer, undefined, deadline());
      expect(await entries.read(streamer, deadline())).toEqual({ streamer, since: at, settings });
    });
  });

  describe("days", () => {
    const counts = (date: string, ...streams: readonly (readonly [string, number, number])[]): DayCounts => ({
      date,
      records: streams.reduce((sum, [, records]) => sum + records, 0),
      bytes: streams.reduce((sum, [, , bytes]) => sum + bytes, 0),
      streams: streams.map(([stream, records, bytes]) => ({ stream, records, bytes })),
    });

    it("are sums of what was added, newest first", async () => {
      const { store, name } = fresh();
      const { days } = store;
      const list = (since: string) => days.list(name, since, deadline());
      expect(await list("2026-11-01")).toEqual([]);
      await days.add(name, counts("2026-11-25", ["a", 1, 10]), deadline());
      await days.add(name, counts("2026-11-26", ["a", 2, 20], ["#b.c d", 3, 30]), deadline());
      await days.add(name, counts("2026-11-26", ["#b.c d", 4, 40], ["records", 5, 50]), deadline());
      const last = counts("2026-11-26", ["#b.c d", 7, 70], ["a", 2, 20], ["records", 5, 50]);
      expect(await list("2026-11-01")).toEqual([last, counts("2026-11-25", ["a", 1, 10])]);
      expect(await list("2026-11-26")).toEqual([last]);
      expect(await days.list(`${name}x`, "2026-11-01", deadline())).toEqual([]);
    });

    it("have a hundred streams with long names", async () => {
      const { store, name } = fresh();
      const streams = Array.from(
        { length: 100 },
        (_, n) => [`${1_000 + n}${"ü".repeat(100)}`, n, n] as const,
      );
      const day = counts("2026-11-26", ...streams);
      await store.days.add(name, day, deadline());
      expect(await store.days.list(name, "2026-11-26", deadline())).toEqual([day]);
    });

    it("are added to concurrently", async () => {
      const { store, name } = fresh();
      const added = Array.from({ length: 20 }, () =>
        store.days.add(name, counts("2026-11-26", ["a", 1, 3]), deadline()),
      );
      await Promise.all(added);
      expect(await store.days.list(name, "2026-11-26", deadline())).toEqual([
        counts("2026-11-26", ["a", 20, 60]),
      ]);
    });
  });

  describe("chains of runs", () => {
    it("are live until they end, and are renewed by their own runs alone", async () => {
      const { store, name: streamer } = fresh();
      const claim = (id: string, now: number, until: number) =>
        store.chains.claim({ streamer, id, until }, now, deadline());
      expect(await claim("a", 0, 100)).toBe(true);
      expect(await claim("b", 99, 200)).toBe(false);
      expect(await claim("a", 99, 150)).toBe(true);
      expect(await claim("b", 149, 200)).toBe(false);
      expect(await claim("b", 150, 200)).toBe(true);
      expect(await claim("b", 160, 0)).toBe(true);
      expect(await claim("c", 161, 300)).toBe(true);
    });
  });

  describe("bookmarks", () => {
    it.each([
      ["JSON", "json", '{"id": 12345678901234567890, "s":"\\u00e9✓"}'],
      ["transit", "transit", '["^ ","a","~m0"]'],
      ["an empty text", "json", '""'],
      ["null", "json", "null"],
      ["a megabyte", "json", `"${"✓".repeat(349_000)}"`],
      ["a megabyte of transit", "transit", `["~#'","~~${"😀".repeat(262_000)}"]`],
    ] as const)("of %s are kept verbatim, in a streamer's item", async (_name, encoding, value) => {
      const { store, name } = fresh();
      const stored = await store.bookmarks.store(name, bookmark(value, encoding), deadline());
      const commit: Commit = { revision: 1, at, by: "rewind", delivery: "d", bookmark: stored };
      await store.streamers.write({ name, fence: 1, stamp: "s", lastSequence: 1n, commit }, deadline());
      const found = (await store.streamers.read(name, deadline()))?.commit?.bookmark as StoredBookmark;
      const loaded = await store.bookmarks.load(found, deadline());
      expect(loaded.encoding).toBe(encoding);
      expect(Buffer.from(loaded.value).toString() === value).toBe(true);
    });
  });

  describe("history", () => {
    const commit = (revision: number, delivery = "d"): Commit => ({
      revision,
      at,
      by: "delivery",
      delivery,
    });

    it("keeps the first entry of a revision", async () => {
      const { store, name } = fresh();
      const { history } = store;
      expect(await history.read(name, 1, deadline())).toBeUndefined();
      await history.file(name, commit(1, "first"), deadline());
      await history.file(name, commit(1, "second"), deadline());
      expect(await history.read(name, 1, deadline())).toEqual(commit(1, "first"));
    });

    it("is listed by revision, newest first, page by page", async () => {
      const { store, name } = fresh();
      for (const revision of [9, 10, 2, 1, 11]) await store.history.file(name, commit(revision), deadline());
      await store.history.file(`${name}x`, commit(3), deadline());
      const listed = async (before: number, limit: number) =>
        (await store.history.list(name, before, limit, deadline())).map(({ revision }) => revision);
      expect(await listed(Number.MAX_SAFE_INTEGER, 2)).toEqual([11, 10]);
      expect(await listed(10, 10)).toEqual([9, 2, 1]);
      expect(await listed(1, 10)).toEqual([]);
    });
  });

  describe("deliveries", () => {
    const kept = (
      streamer: string,
      fence: number,
      changes: Partial<IdempotencyRecord> = {},
    ): IdempotencyRecord => ({
      streamer,
      key: "k",
      fence,
      stamp: randomUUID(),
      digest: "digest",
      delivery: "d",
      archive: "s3://bucket/key",
      createdAt: at,
      base: 3,
      firstSequence: 1_700_000_000_000_000_000n,
      ...changes,
    });

    it("are read as written, and written only if they are still as read", async () => {
      const { store, name } = fresh();
      const { deliveries } = store;
      expect(await deliveries.read(name, "k", deadline())).toBeUndefined();
      const first = kept(name, 1);
      const second = kept(name, 2, { receipt: { revision: 4, text: '{"records":1}' } });
      for (const each of [first, second]) {
        expect(await deliveries.write(each, deadline())).toBe(true);
        expect(await deliveries.read(name, "k", deadline())).toEqual(each);
      }
      expect(await deliveries.write(kept(name, 2), deadline())).toBe(false);
      expect(await deliveries.read(name, "other", deadline())).toBeUndefined();
    });

    it("are filed by id, and listed newest first, page by page", async () => {
      const { store, name } = fresh();
      const ids = ["1", "2", "3", "4"].map(digit => `0000000${digit}-0000-7000-8000-000000000000`);
      const failure = { code: "malformed", detail: "line 1" };
      for (const delivery of ids)
        await store.log.file({ streamer: name, delivery, at, archive: "s3://b/k", failure }, deadline());
      const listed = async (before: string | undefined, limit: number) =>
        (await store.log.list(name, before, limit, deadline())).map(({ delivery }) => delivery);
      expect(await listed(undefined, 3)).toEqual([ids[3], ids[2], ids[1]]);
      expect(await listed(ids[1], 3)).toEqual([ids[0]]);
      expect(await listed(ids[0], 3)).toEqual([]);
      expect(await store.log.list(`${name}x`, undefined, 3, deadline())).toEqual([]);
    });

    it("are filed with a receipt, which neither a failure nor an older receipt replaces", async () => {
      const { store, name } = fresh();
      const { log } = store;
      const filed = { streamer: name, delivery: "d", at, archive: "s3://b/k" };
      const failed = { ...filed, failure: { code: "rejected", detail: "later" } };
      const taken = { ...filed, receipt: { revision: 3, text: `"${"✓".repeat(1_000_000)}"` } };
      expect(await log.read(name, "d", deadline())).toBeUndefined();
      for (const [next, expected] of [
        [failed, failed],
        [taken, taken],
        [failed, taken],
        [{ ...filed, receipt: { revision: 2, text: "{}" } }, taken],
      ] as const) {
        await log.file(next, deadline());
        expect(await log.read(name, "d", deadline())).toEqual(expected);
      }
    });

    it("keep the first failure, except that a permanent one replaces a transient one", async () => {
      const { store, name } = fresh();
      const filed = { streamer: name, delivery: "d", at, archive: "s3://b/k" };
      const passing = (detail: string) => ({
        ...filed,
        failure: { code: "unavailable", detail, passing: true },
      });
      const final = (detail: string) => ({ ...filed, failure: { code: "rejected", detail } });
      for (const [next, expected] of [
        [passing("1"), passing("1")],
        [passing("2"), passing("1")],
        [final("3"), final("3")],
        [final("4"), final("3")],
        [passing("5"), final("3")],
      ] as const) {
        await store.log.file(next, deadline());
        expect(await store.log.read(name, "d", deadline())).toEqual(expected);
      }
    });

    it("keep everything that a replay needs, with every digit", async () => {
      const { store, name } = fresh();
      const facts = {
        firstSequence: 1_700_000_000_000_000_001n,
        records: 7,
        digest: "digest",
        encoding: "transit",
        size: 4_096,
        destination: { name: "import-api", clientId: 4242 },
      } as const;
      const failure = { code: "rejected", detail: "line 1" };
      const filed = { streamer: name, delivery: "d", at, archive: "s3://b/k", ...facts, failure };
      await store.log.file(filed, deadline());
      expect(await store.log.read(name, "d", deadline())).toEqual(filed);
      expect(await store.log.list(name, undefined, 3, deadline())).toEqual([filed]);
      const elsewhere = kept(name, 1, { ...facts, destination: { name: "elsewhere" } });
      await store.deliveries.write(elsewhere, deadline());
      expect(await store.deliveries.read(name, "k", deadline())).toEqual(elsewhere);
    });

    it("keep a receipt with very many streams", async () => {
      const { store, name } = fresh();
      const text = `"${"✓".repeat(1_000_000)}"`;
      await store.deliveries.write(kept(name, 1, { receipt: { revision: 1, text } }), deadline());
      const found = await store.deliveries.read(name, "k", deadline());
      expect(found?.receipt?.text === text).toBe(true);
    });
  });
}
