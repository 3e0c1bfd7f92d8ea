import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { s3Archive } from "../../functions/aws/archive.ts";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { objectsOf, s3Client } from "../../functions/aws/s3-client.ts";
import { awsStore } from "../../functions/aws/store.ts";
import { dynamoTokenStore } from "../../functions/aws/token-store.ts";
import { commit, prepare } from "../../functions/persister/commit/commit.ts";
import { begin, type Lease } from "../../functions/persister/commit/lease.ts";
import { readState } from "../../functions/persister/commit/state.ts";
import { within } from "../../functions/persister/deadline.ts";
import type { SafeBookmark } from "../../functions/persister/store.ts";
import { ensureTable, startDynamodb } from "../../infra/local/dynamodb.ts";
import { startS3 } from "../../infra/local/s3/s3.ts";
import { startFlakyProxy } from "../endpoint/flaky-proxy.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";

/** AWS's adapters, when an answer is late, lost, or overtaken by somebody else's. */
const region = "us-east-1";
const [bucket, table] = ["lost", "lost"];
const now = 1_700_000_000_000;
let dir: string;
let s3: Awaited<ReturnType<typeof startS3>>;
let dynamodb: Awaited<ReturnType<typeof startDynamodb>>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-lost-"));
  s3 = await startS3({ dir: join(dir, "s3") });
  dynamodb = await startDynamodb({ dir: join(dir, "dynamodb") });
  await ensureTable(dynamodb.url, table);
});
afterAll(async () => {
  await s3.close();
  await dynamodb.close();
  await rm(dir, { recursive: true, force: true });
});

const newS3 = () => s3Client({ region, endpoint: s3.url });
const newDynamodb = () => dynamoClient({ region, endpoint: dynamodb.url });
type Client = ReturnType<typeof newS3> | ReturnType<typeof newDynamodb>;

/** Calls `then` once, after the first call of `command` took effect and before its answer arrives. */
function afterEffect(client: Client, command: string, then: () => Promise<void>): void {
  let isOver = false;
  const stack = client.middlewareStack as ReturnType<typeof newS3>["middlewareStack"];
  stack.add(
    (next, { commandName }) =>
      async call => {
        const answer = await next(call);
        if (commandName === command && !isOver) {
          isOver = true;
          await then();
        }
        return answer;
      },
    // The SDK retries by itself.
    { step: "finalizeRequest", priority: "low" },
  );
}

const lose = () => Promise.reject(Object.assign(new Error("socket hang up"), { name: "TimeoutError" }));
const bookmark = (value: string) =>
  ({ encoding: "json", value: Buffer.from(value) }) as unknown as SafeBookmark;
const deadline = () => Date.now() + 600_000;
const clock = { now: () => now, sleep: () => Promise.resolve() };
const partsOf = (client = newDynamodb()) => ({
  ...awsStore({ client, table, s3: objectsOf(newS3()), bucket }),
  clock,
  newId: randomUUID,
});
type Parts = ReturnType<typeof partsOf>;

const leaseOf = (parts: Parts, streamer: string) =>
  begin(
    {
      streamer,
      current: undefined,
      delivery: randomUUID(),
      earlier: undefined,
      precondition: {},
      sequences: 1,
      until: now + 1_000,
    },
    within(parts, deadline()),
  );
async function commitTo(parts: Parts, lease: Lease, safe?: SafeBookmark) {
  const ports = within(parts, deadline());
  const { state } = await commit(lease, await prepare(lease, safe, ports), { records: 1 }, ports);
  return state;
}
const read = (streamer: string) => readState(streamer, partsOf(), deadline());

describe("an answer that is lost after the effect", () => {
  it("of the archive: the object is put once", async () => {
    const client = newS3();
    afterEffect(client, "PutObjectCommand", lose);
    const key = `raw/lost/${randomUUID()}`;
    const put = s3Archive({ s3: objectsOf(client), bucket }).put(key, Buffer.from("bytes"), deadline());
    expect(await put).toBe(`s3://${bucket}/${key}`);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    expect(await Body!.transformToString()).toBe("bytes");
  });

  it("of begin: one lease is taken", async () => {
    const client = newDynamodb();
    afterEffect(client, "PutItemCommand", lose);
    const parts = partsOf(client);
    const lease = await leaseOf(parts, "lost-begin");
    expect(lease.held.fence).toBe(1);
    await commitTo(parts, lease);
  });

  it("of commit: it is counted once", async () => {
    const client = newDynamodb();
    const parts = partsOf(client);
    const lease = await leaseOf(parts, "lost-commit");
    afterEffect(client, "PutItemCommand", lose);
    expect(await commitTo(parts, lease, bookmark("1"))).toMatchObject({ revision: 1 });
    expect(await read("lost-commit")).toMatchObject({ revision: 1 });
  });

  it("of commit, with later deliveries in between: it is counted once", async () => {
    const client = newDynamodb();
    const parts = partsOf(client);
    const lease = await leaseOf(parts, "followed");
    afterEffect(client, "PutItemCommand", async () => {
      for (const value of ["2", "3"])
        await commitTo(partsOf(), await leaseOf(partsOf(), "followed"), bookmark(value));
      await lose();
    });
    const state = await commitTo(parts, lease, bookmark("1"));
    expect(state).toMatchObject({ revision: 1, committedAt: now, bookmark: bookmark("1") });
    expect(await read("followed")).toMatchObject({ revision: 3 });
  });
});

describe("a token", () => {
  const [streamer, scopes] = ["lost-token", ["read"] as const];
  const own = { digest: "", id: "lost", streamer, scopes, createdAt: now } as const;
  const tokenOf = (digest: string) => ({ ...own, digest, validUntil: undefined, usedOn: undefined });
  const storeOf = (client = newDynamodb()) => dynamoTokenStore({ client, table });

  it("whose creation's answer is lost is created once", async () => {
    const client = newDynamodb();
    afterEffect(client, "PutItemCommand", lose);
    const token = tokenOf("a".repeat(64));
    expect(await storeOf(client).create(token, deadline())).toBe(true);
    expect(await storeOf().read(token.digest, deadline())).toEqual(token);
    await storeOf().revoke(token.digest, deadline());
  });

  it("that is revoked before its creation is repeated stays revoked", async () => {
    const client = newDynamodb();
    const token = tokenOf("b".repeat(64));
    const revoke = async () => {
      await storeOf().revoke(token.digest, deadline());
      await lose();
    };
    // The second PutItem is the token's own; the first is its entry's.
    let puts = 0;
    const stack = client.middlewareStack as ReturnType<typeof newS3>["middlewareStack"];
    stack.add(
      (next, { commandName }) =>
        async call => {
          const answer = await next(call);
          if (commandName === "PutItemCommand" && ++puts === 2) await revoke();
          return answer;
        },
      { step: "finalizeRequest", priority: "low" },
    );
    expect(await storeOf(client).create(token, deadline())).toBe(false);
    expect(await storeOf().read(token.digest, deadline())).toBeUndefined();
  });

  it("that a creation restores while it is being revoked stays revoked", async () => {
    const token = tokenOf("d".repeat(64));
    await storeOf().create(token, deadline());
    const client = newDynamodb();
    // The first DeleteItem is the token's: its entry is still there when the creation checks it.
    afterEffect(client, "DeleteItemCommand", async () => {
      expect(await storeOf().create(token, deadline())).toBe(true);
    });
    await storeOf(client).revoke(token.digest, deadline());
    expect(await storeOf().read(token.digest, deadline())).toBeUndefined();
  });
});

it("a large bookmark that was changed in S3 is not returned", async () => {
  const parts = partsOf();
  const lease = await leaseOf(parts, "changed");
  await commitTo(parts, lease, bookmark(`"${"x".repeat(3_000)}"`));
  const stored = (await parts.streamers.read("changed", deadline()))?.commit?.bookmark;
  const Key = stored !== undefined && "key" in stored ? stored.key : "";
  expect(Key).toMatch(/^bookmarks\/changed\/[0-9a-f]{64}$/);
  await newS3().send(new PutObjectCommand({ Bucket: bucket, Key, Body: '"other"' }));
  await expect(read("changed")).rejects.toMatchObject({
    code: "bookmark-lost",
    cause: { message: expect.stringContaining("has changed since it was stored") },
  });
});

it("an item that Persister did not write is not a transient error", async () => {
  const client = newDynamodb();
  const Item = { pk: { S: "streamer#odd" }, sk: { S: "state" }, fence: { S: "one" } };
  await client.send(new PutItemCommand({ TableName: table, Item }));
  await expect(read("odd")).rejects.toMatchObject({ name: "$ZodError" });
});

it("a service that accepts requests and never answers fails in time", async () => {
  const silent = await startScriptedServer(["hang"]);
  const options = { region, endpoint: silent.url };
  const s3 = objectsOf(s3Client(options));
  const store = awsStore({ client: dynamoClient(options), table, s3, bucket });
  const retry = { retryAfterSeconds: expect.any(Number) };
  const soon = () => Date.now() + 100;
  await Promise.all([
    expect(s3Archive({ s3, bucket }).put("raw/silent", Buffer.from("x"), soon())).rejects.toMatchObject({
      code: "archive-unavailable",
      details: retry,
    }),
    expect(store.streamers.read("silent", soon())).rejects.toMatchObject({
      code: "store-unavailable",
      details: retry,
    }),
  ]);
  await silent.close();
});

it("an addition to a day whose answer was lost is not sent again", async () => {
  const isAddition = ({ headers }: IncomingMessage) => /UpdateItem$/.test(String(headers["x-amz-target"]));
  const proxy = await startFlakyProxy(dynamodb.url, [{ status: 500, passedOn: true }], isAddition);
  const client = dynamoClient({ region, endpoint: proxy.url });
  const { days } = awsStore({ client, table, s3: objectsOf(newS3()), bucket });
  const counts = {
    date: "2026-11-26",
    records: 2,
    bytes: 20,
    streams: [{ stream: "a", records: 2, bytes: 20 }],
  };
  const added = days.add("lost-day", counts, Date.now() + 5_000);
  await expect(added).rejects.toMatchObject({ code: "store-unavailable" });
  expect(await days.list("lost-day", "2026-11-01", Date.now() + 5_000)).toEqual([counts]);
  client.destroy();
  await proxy.close();
});
