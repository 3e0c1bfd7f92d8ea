import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { s3Archive } from "../../functions/aws/archive.ts";
import { dynamoClient, s3Client } from "../../functions/aws/clients.ts";
import { dynamoStreamers } from "../../functions/aws/streamers.ts";
import type { SafeBookmark } from "../../functions/persister/ports.ts";
import { ensureTable, startDynamodb } from "../../infra/local/dynamodb.ts";
import { startS3 } from "../../infra/local/s3.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";

/** What AWS's adapters make of answers that come late, never, or after somebody else's. */
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

/** Does `then` once, after the first call of `command` had its effect and before its sender hears of it. */
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
    // Within the SDK's own retries.
    { step: "finalizeRequest", priority: "low" },
  );
}

const lose = () => Promise.reject(Object.assign(new Error("socket hang up"), { name: "TimeoutError" }));
const bookmark = (value: string) =>
  ({ encoding: "json", value: Buffer.from(value) }) as unknown as SafeBookmark;
const request = (streamer: string, delivery = randomUUID()) => ({
  streamer,
  delivery,
  now,
  until: now + 1_000,
  sequences: 1,
});
const streamersOf = (client = newDynamodb()) => dynamoStreamers({ client, table, s3: newS3(), bucket });

describe("an answer that is lost after the effect", () => {
  it("of the archive: put once, and done", async () => {
    const client = newS3();
    afterEffect(client, "PutObjectCommand", lose);
    const key = `raw/lost/${randomUUID()}`;
    expect(await s3Archive({ client, bucket }).put(key, Buffer.from("bytes"))).toBe(`s3://${bucket}/${key}`);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    expect(await Body!.transformToString()).toBe("bytes");
  });

  it("of begin: one lease, taken once", async () => {
    const client = newDynamodb();
    afterEffect(client, "UpdateItemCommand", lose);
    const streamers = streamersOf(client);
    const lease = await streamers.begin(request("lost-begin"));
    expect(lease.fence).toBe(1);
    await streamers.commit(lease, undefined, now);
  });

  it("of commit: counted once", async () => {
    const client = newDynamodb();
    const streamers = streamersOf(client);
    const lease = await streamers.begin(request("lost-commit"));
    afterEffect(client, "UpdateItemCommand", lose);
    expect(await streamers.commit(lease, bookmark("1"), now)).toMatchObject({ revision: 1 });
    expect(await streamers.read("lost-commit")).toMatchObject({ revision: 1 });
  });
});

it("a commit resolves to its own state, though another follows at once", async () => {
  const client = newDynamodb();
  const streamers = streamersOf(client);
  const lease = await streamers.begin(request("followed"));
  afterEffect(client, "UpdateItemCommand", async () => {
    const others = streamersOf();
    await others.commit(await others.begin(request("followed")), bookmark("2"), now + 1);
  });
  const state = await streamers.commit(lease, bookmark("1"), now);
  expect(state).toMatchObject({ revision: 1, committedAt: now, bookmark: bookmark("1") });
  expect(await streamers.read("followed")).toMatchObject({ revision: 2, bookmark: bookmark("2") });
});

it("a large bookmark that was changed in S3 is not given out", async () => {
  const streamers = streamersOf();
  const lease = await streamers.begin(request("changed"));
  await streamers.commit(lease, bookmark(`"${"x".repeat(300_000)}"`), now);
  const Key = `bookmarks/changed/${lease.delivery}`;
  await newS3().send(new PutObjectCommand({ Bucket: bucket, Key, Body: '"other"' }));
  await expect(streamers.read("changed")).rejects.toMatchObject({ code: "store-unavailable" });
});

it("a service that takes requests and never answers is given up on", async () => {
  const silent = await startScriptedServer(["hang"]);
  const options = { region, endpoint: silent.url, requestMilliseconds: 20 };
  const archive = s3Archive({ client: s3Client(options), bucket });
  const streamers = streamersOf(dynamoClient(options));
  const retry = { retryAfterSeconds: expect.any(Number) };
  await Promise.all([
    expect(archive.put("raw/silent", Buffer.from("x"))).rejects.toMatchObject({
      code: "archive-unavailable",
      details: retry,
    }),
    expect(streamers.begin(request("silent"))).rejects.toMatchObject({
      code: "store-unavailable",
      details: retry,
    }),
  ]);
  await silent.close();
});
