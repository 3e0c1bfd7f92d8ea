import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { SNSClient } from "@aws-sdk/client-sns";
import { expect, it } from "vitest";
import { snsNotifier } from "../../functions/aws/alarm-topic.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import type { WatchEvent, WatchKind } from "../../functions/persister/ports.ts";
import { watchStreamers } from "../../functions/persister/query/watch.ts";
import { listen } from "../../infra/local/listen.ts";

/** Tests which messages `watch` publishes, and when. */
const hour = 3_600_000;
const began = Date.parse("2026-11-01T00:00:00Z");
const far = Number.MAX_SAFE_INTEGER;

async function storeOf(count: number) {
  const store = memoryStore();
  for (let n = 0; n < count; n++)
    await store.entries.update({ streamer: `s${String(n).padStart(3, "0")}`, since: began }, far);
  for (let n = 0; n < count; n++) {
    const name = `s${String(n).padStart(3, "0")}`;
    const commit = { revision: 1, at: began, by: "delivery", delivery: "d", bookmarkAt: began } as const;
    const item = { name, fence: 1, stamp: "s", lastSequence: 1n, since: began, commit };
    await store.streamers.write(item, far);
  }
  return store;
}

const observer = { onBookmarkAge: () => {}, onWatched: () => {} };
const watched = (store: ReturnType<typeof memoryStore>, now: number, notify: (...args: Notice) => void) =>
  watchStreamers(
    {
      ...store,
      clock: { now: () => now, sleep: async () => {} },
      bookmarkAgeMax: 26 * hour,
      observer,
      notifier: { notify: async (kind, events) => notify(kind, events), notifyExpiring: async () => {} },
    },
    far,
  );
type Notice = [WatchKind, readonly WatchEvent[]];

it("names at most twenty streamers, and each once", async () => {
  const store = await storeOf(45);
  const notices: Notice[] = [];
  const note = (...notice: Notice) => void notices.push(notice);
  await watched(store, began + 26 * hour, note);
  expect(notices).toEqual([]);
  await watched(store, began + 27 * hour, note);
  expect(notices.map(([kind, events]) => [kind, events.length])).toEqual([
    ["stale", 20],
    ["stale", 20],
    ["stale", 5],
  ]);
  expect(new Set(notices.flatMap(([, events]) => events.map(({ streamer }) => streamer))).size).toBe(45);
  await watched(store, began + 50 * hour, note);
  expect(notices).toHaveLength(3);
});

it("notes a message once it is published, so what failed is published again, and nothing else", async () => {
  const store = await storeOf(25);
  const names: string[] = [];
  const failing = watched(store, began + 27 * hour, (_, events) => {
    if (names.length > 0) throw new Error("SNS is down");
    names.push(...events.map(({ streamer }) => streamer));
  });
  await expect(failing).rejects.toThrow("SNS is down");
  await watched(
    store,
    began + 27 * hour,
    (_, events) => void names.push(...events.map(({ streamer }) => streamer)),
  );
  expect([...names].sort()).toEqual(Array.from({ length: 25 }, (_, n) => `s${String(n).padStart(3, "0")}`));
});

it("an entry that is behind its item pages nobody, and is brought up to date", async () => {
  const store = await storeOf(1);
  const item = (await store.streamers.read("s000", far))!;
  const now = began + 40 * hour;
  const commit = { ...item.commit!, revision: 2, at: now - hour, bookmarkAt: now - hour };
  await store.streamers.write({ ...item, fence: 2, commit }, far);
  const notices: Notice[] = [];
  await watched(store, now, (...notice) => void notices.push(notice));
  expect(notices).toEqual([]);
  expect((await store.entries.read("s000", far))?.commit?.revision).toBe(2);
});

it("a streamer of an earlier version, without a commit, counts from when it was first seen", async () => {
  const store = memoryStore();
  await store.streamers.write({ name: "old", fence: 1, stamp: "s", lastSequence: 1n }, far);
  expect(await store.entries.read("old", far)).toEqual({ streamer: "old" });
  const notices: Notice[] = [];
  for (const hours of [0, 1, 27, 28]) {
    await watched(store, began + hours * hour, (...notice) => void notices.push(notice));
  }
  expect(notices.map(([kind, events]) => [kind, events.map(({ streamer }) => streamer)])).toEqual([
    ["stale", ["old"]],
  ]);
});

it("is a message to the topic, with each streamer's name, time and last failure", async () => {
  const sent: URLSearchParams[] = [];
  const server = await listen(
    createServer(async (message, response) => {
      sent.push(new URLSearchParams(await text(message)));
      response.writeHead(200, { "content-type": "text/xml" });
      const result = "<PublishResult><MessageId>1</MessageId></PublishResult>";
      response.end(
        `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${result}</PublishResponse>`,
      );
    }),
  );
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new SNSClient({ region: "us-east-1", endpoint: server.url, credentials });
  const notifier = snsNotifier({ client, topicArn: "arn:topic", service: "persister-prod" });
  const lastFailure = { at: began + hour, delivery: "d1", code: "malformed", message: "line 4 is no JSON" };
  const event = { streamer: "github", from: began, staleAt: began, hasBookmark: true, lastFailure };
  const silent = { ...event, streamer: "drift", hasBookmark: false, lastFailure: undefined };
  await notifier.notify("stale", [event, silent]);
  await notifier.notify("recovered", [event, silent]);
  const token = {
    digest: "d",
    id: "ab12",
    streamer: "*",
    scopes: ["write", "read"],
    validUntil: began,
  } as const;
  await notifier.notifyExpiring([token, { ...token, id: "cd34", streamer: "github" }]);
  await server.close();
  expect(sent.map(each => [each.get("TopicArn"), each.get("Subject")])).toEqual([
    ["arn:topic", "persister-prod: no bookmark for too long (2)"],
    ["arn:topic", "persister-prod: no longer stale (2)"],
    ["arn:topic", "persister-prod: tokens expire soon (2)"],
  ]);
  expect(sent[0]!.get("Message")!.split("\n").slice(0, 2)).toEqual([
    "github: no bookmark since 2026-11-01T00:00:00.000Z. " +
      "The delivery d1 failed at 2026-11-01T01:00:00.000Z, malformed: line 4 is no JSON",
    "drift: no bookmark yet, or it was deleted; expected since 2026-11-01T00:00:00.000Z.",
  ]);
  expect(sent[1]!.get("Message")!.split("\n").slice(0, 2)).toEqual([
    "github: no longer stale, the last bookmark is of 2026-11-01T00:00:00.000Z.",
    "drift: no longer stale, though it has no bookmark.",
  ]);
  expect(sent[2]!.get("Message")!.split("\n").slice(0, 2)).toEqual([
    "The token ab12 of all streamers (write, read) expires at 2026-11-01T00:00:00.000Z.",
    "The token cd34 of github (write, read) expires at 2026-11-01T00:00:00.000Z.",
  ]);
});
