import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { entryPartitionOf } from "../../functions/aws/entries.ts";
import { s3Objects } from "../../functions/aws/objects.ts";
import { awsStore } from "../../functions/aws/store.ts";
import { listDeliveries } from "../../functions/persister/query/overview.ts";
import { listStreamers } from "../../functions/persister/query/streamers.ts";
import { watchStreamers } from "../../functions/persister/query/watch.ts";
import { ensureTable, startDynamodb } from "../../infra/local/dynamodb.ts";

/**
 * A table of 10,000 streamers, a hundred of them stale, with 100 filed deliveries each, beside one of a
 * hundred streamers: calls, and time as a ratio. docs/performance.md has the figures.
 */
const [streamersMax, few, deliveriesOfEach] = [10_000, 100, 100];
const hour = 3_600_000;
const now = Date.parse("2026-11-26T00:00:00Z");
const nameOf = (n: number) => `streamer-${String(n).padStart(5, "0")}`;
const deliveryOf = (n: number) => `01a2152c-0000-7000-8000-${String(n).padStart(12, "0")}`;
const text = JSON.stringify({
  delivery: deliveryOf(0),
  streamer: nameOf(0),
  records: 1,
  streams: [["a", 1]],
});

let dir: string;
let dynamodb: Awaited<ReturnType<typeof startDynamodb>>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-ten-thousand-"));
  dynamodb = await startDynamodb({ dir });
  for (const table of ["many", "few"]) await ensureTable(dynamodb.url, table);
  await fill("many", streamersMax);
  await fill("few", few);
});
afterAll(async () => {
  await dynamodb.close();
  await rm(dir, { recursive: true, force: true });
});

/** A streamer's items: its state, its entry, past commits, and its deliveries. */
function* itemsOf(n: number): Iterable<object> {
  const [name, at] = [nameOf(n), n % 100 === 7 ? now - 48 * hour : now - hour / 2];
  const commit = { revision: deliveriesOfEach, at, by: "delivery", whole: true, bookmarkAt: at };
  const bookmark = { encoding: "json", value: '{"at":1}' };
  const pk = `streamer#${name}`;
  const last = deliveryOf(deliveriesOfEach);
  const made = { ...commit, delivery: last, bookmark };
  const totals = { deliveries: deliveriesOfEach, records: 1 };
  yield { pk, sk: "state", fence: 3, stamp: "s", lastSequence: 1, since: at, commit: made, totals };
  const { revision, bookmarkAt } = commit;
  yield { pk: entryPartitionOf(name), sk: name, since: at, revision, at, bookmarkAt, ...totals };
  for (let revision = 1; revision <= deliveriesOfEach; revision++) {
    const delivery = deliveryOf(revision);
    const receipt = { revision, text };
    yield { pk, sk: `delivery#${delivery}`, delivery, at, archive: "s3://b/k", receipt };
    // A page's worth of past commits is enough for what a list reads.
    if (revision > deliveriesOfEach - 25 && revision < deliveriesOfEach)
      yield { pk, sk: `commit#${String(revision).padStart(16, "0")}`, ...commit, revision, delivery };
  }
}

async function fill(table: string, count: number): Promise<void> {
  const client = dynamoClient({ region: "us-east-1", endpoint: dynamodb.url });
  let batch: object[] = [];
  const write = async () => {
    const puts = batch.map(item => ({ PutRequest: { Item: marshall(item) } }));
    batch = [];
    if (puts.length > 0) await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  };
  for (let n = 0; n < count; n++) for (const item of itemsOf(n)) if (batch.push(item) === 25) await write();
  await write();
}

/** The store of a table, and how often each command was sent. */
function counted(table: string) {
  const client = dynamoClient({ region: "us-east-1", endpoint: dynamodb.url });
  const calls: Record<string, number> = {};
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async call => {
        calls[commandName] = (calls[commandName] ?? 0) + 1;
        return next(call);
      },
    { step: "initialize" },
  );
  const s3 = s3Objects({ region: "us-east-1", endpoint: dynamodb.url });
  const clock = { now: () => now, sleep: async () => {} };
  const store = awsStore({ client, table, s3, bucket: "none" });
  return { calls, parts: { ...store, clock, bookmarkAgeMax: 26 * hour } };
}

const deadline = () => Date.now() + 10 * 60_000;
const cpu = () => process.cpuUsage().user / 1_000;

/** Does the same in both tables; prints what it took. */
async function inBoth<T>(name: string, work: (parts: ReturnType<typeof counted>["parts"]) => Promise<T>) {
  const [, , millisecondsOfFew] = await measured("few", work);
  const [many, callsOfMany, millisecondsOfMany] = await measured("many", work);
  const ratio = (millisecondsOfMany / Math.max(1, millisecondsOfFew)).toFixed(1);
  process.stdout.write(`${name}: ${JSON.stringify(callsOfMany)}, ${ratio} times the CPU of ${few}\n`);
  return { result: many, calls: callsOfMany };
}

async function measured<T>(table: string, work: (parts: ReturnType<typeof counted>["parts"]) => Promise<T>) {
  const { calls, parts } = counted(table);
  const before = cpu();
  const result = await work(parts);
  return [result, calls, cpu() - before] as const;
}

it("watch reads entries in pages, and the items of those that look stale alone", async () => {
  const names: string[] = [];
  const { calls } = await inBoth("watch", parts =>
    watchStreamers(
      {
        ...parts,
        observer: { onBookmarkAge: () => {}, onWatched: () => {} },
        notifier: {
          notify: async (_, events) => void names.push(...events.map(({ streamer }) => streamer)),
          notifyExpiring: async () => {},
        },
      },
      deadline(),
    ),
  );
  expect(names).toHaveLength(streamersMax / 100 + few / 100);
  // Each stale one's items, and two pages of each of 17 partitions.
  expect(calls.QueryCommand).toBeLessThanOrEqual(streamersMax / 100 + 3 * 17);
  expect(calls.GetItemCommand ?? 0).toBe(0);
});

const all = { named: "all", after: "", prefix: "" } as const;
it("a page of a thousand streamers costs some queries, and no item of each row", async () => {
  const request = { ...all, state: undefined, limit: 1_000, deadline: deadline() };
  const { result, calls } = await inBoth("a page of 1000", parts => listStreamers(request, parts));
  expect(result.entries).toHaveLength(1_000);
  expect(calls.QueryCommand).toBeLessThanOrEqual(3 * 17 + 1_000 / 100);
});

it("the stale ones of all are one page", async () => {
  const request = { ...all, state: "stale", limit: 1_000, deadline: deadline() } as const;
  const { result, calls } = await inBoth("the stale ones", parts => listStreamers(request, parts));
  expect([result.entries.length, result.next]).toEqual([streamersMax / 100, undefined]);
  expect(calls.QueryCommand).toBeLessThanOrEqual(streamersMax / 100 + 3 * 17);
});

it("a page of deliveries is three calls", async () => {
  const request = { streamer: nameOf(42), before: undefined, limit: 20, deadline: deadline() };
  const { result, calls } = await inBoth("deliveries", parts => listDeliveries(request, parts));
  expect(result.entries.filter(({ receipt }) => receipt !== undefined)).toHaveLength(20);
  expect(calls).toEqual({ QueryCommand: 2, GetItemCommand: 1 });
});
