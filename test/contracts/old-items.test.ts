import { gunzipSync } from "node:zlib";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { s3Client } from "../../functions/aws/s3-client.ts";
import { dynamoTokenList } from "../../functions/aws/token-list.ts";
import { dynamoTokens } from "../../functions/aws/tokens.ts";
import { get, getBookmark, type LocalStack, post, startTestStack } from "../endpoint/local-stack.ts";
import { stackFileOf } from "../endpoint/stack-file.ts";
import fixture from "./fixtures/items-of-4e7ef53.json" with { type: "json" };

/** The items that commit 4e7ef53 stored are read, and continued from, one by one. */
let stack: LocalStack;
let tokens: ReturnType<typeof dynamoTokens>;

beforeAll(async () => {
  stack = await startTestStack();
  const { dynamodb, s3, region, table, bucket } = await stackFileOf(stack);
  const client = dynamoClient({ region, endpoint: dynamodb });
  tokens = dynamoTokens({ client, table });
  for (const item of fixture.items as unknown as Item[])
    await client.send(new PutItemCommand({ TableName: table, Item: ended(item) }));
  const objects = s3Client({ region, endpoint: s3 });
  for (const [Key, text] of Object.entries(fixture.objects))
    await objects.send(new PutObjectCommand({ Bucket: bucket, Key, Body: unzipped(text) }));
});
afterAll(() => stack.close());

type Item = NonNullable<PutItemCommand["input"]["Item"]>;

/** Its lease, if any, has expired by any clock. */
const ended = (item: Item): Item =>
  item.lease === undefined ? item : { ...item, lease: { M: { ...item.lease.M, until: { N: "0" } } } };

const unzipped = (text: string) => gunzipSync(Buffer.from(text, "base64"));
const again = (streamer: string, body: keyof typeof fixture.bodies, headers: Record<string, string>) =>
  post(stack, streamer, unzipped(fixture.bodies[body]), headers);

it("bookmarks: JSON, deleted, and too large for an item", async () => {
  expect(await (await getBookmark(stack, "github")).text()).toBe("3");
  expect((await getBookmark(stack, "drift")).status).toBe(404);
  expect(await (await getBookmark(stack, "wide")).text()).toHaveLength(300_002);
});

it("streamers, with their last delivery", async () => {
  const { streamers } = (await (await get(stack, "/v1/streamers")).json()) as { streamers: object[] };
  expect(streamers).toMatchObject([
    { streamer: "drift", revision: 2, deliveries: 1, records: 1 },
    { streamer: "github", revision: 4, deliveries: 2, records: 3 },
    { streamer: "wide", revision: 1, deliveries: 1, records: 999 },
  ]);
});

it("history", async () => {
  const answered = await get(stack, "/v1/streamers/github/bookmark/history");
  expect(await answered.json()).toMatchObject({
    revision: 4,
    history: [
      { revision: 4, by: "delivery", bookmark: 3 },
      { revision: 3, by: "rewind", bookmark: 2 },
      { revision: 2, by: "delivery", bookmark: 3 },
      { revision: 1, by: "delivery", bookmark: 2 },
    ],
  });
});

it("deliveries: committed, in part, and refused", async () => {
  const answered = await get(stack, "/v1/streamers/github/deliveries");
  const { deliveries } = (await answered.json()) as { deliveries: object[] };
  expect(deliveries).toMatchObject([
    { outcome: "failed", code: "rejected" },
    { outcome: "failed", code: "malformed" },
    { outcome: "committed", revision: 2, records: 1 },
    { outcome: "committed", revision: 1, records: 2 },
  ]);
});

it.each([
  ["github", "first", "first", 1, 2],
  ["wide", "wide", "wide", 1, expect.stringMatching(/^x{300000}$/)],
  ["drift", "transit", "t", 1, ["^ ", "~:at", "~m1468435557000"]],
] as const)("receipts under their keys: %s", async (streamer, body, key, revision, bookmark) => {
  const answered = await again(streamer, body, { "idempotency-key": key });
  expect(answered.headers.get("idempotency-replayed")).toBe("true");
  expect(await answered.json()).toMatchObject({ streamer, revision, bookmark });
});

it("a superseded delivery, and one in flight with its own sequences", async () => {
  const part = await again("github", "part", { "idempotency-key": "part", "if-match": '"3"' });
  expect(await part.json()).toMatchObject({ status: 409, code: "superseded" });
  const inFlight = await again("github", "inflight", { "idempotency-key": "inflight", "if-match": '"4"' });
  expect(await inFlight.json()).toMatchObject({ revision: 5, bookmark: 5, records: 1 });
});

it("a bookmark in its item that is larger than what is stored there now, and its history", async () => {
  const { dynamodb, region, table } = await stackFileOf(stack);
  const client = dynamoClient({ region, endpoint: dynamodb });
  const isState = ({ pk, sk }: Item) => pk?.S === "streamer#github" && sk?.S === "state";
  const { commit, ...state } = (fixture.items as unknown as Item[]).find(isState)!;
  const large = `"${"x".repeat(200_000)}"`;
  const bookmark = { M: { encoding: { S: "json" }, value: { S: large } } };
  const Item = ended({ ...state, pk: { S: "streamer#inline" }, commit: { M: { ...commit!.M, bookmark } } });
  await client.send(new PutItemCommand({ TableName: table, Item }));
  expect(await (await getBookmark(stack, "inline")).text()).toBe(large);
  const next = '{"type":"STATE","value":{"at":1}}';
  expect((await post(stack, "inline", next, { "if-match": '"4"' })).status).toBe(200);
  const answered = await get(stack, "/v1/streamers/inline/bookmark/history?limit=2");
  const { history } = (await answered.json()) as { history: { bookmark: unknown }[] };
  expect(history.map(entry => entry.bookmark)).toEqual([{ at: 1 }, JSON.parse(large)]);
});

it("an item of a newer format is refused, and stays as it is", async () => {
  const { dynamodb, region, table } = await stackFileOf(stack);
  const client = dynamoClient({ region, endpoint: dynamodb });
  const newer = marshall({ pk: "streamer#newer", sk: "state", format: 2, whatever: true });
  await client.send(new PutItemCommand({ TableName: table, Item: newer }));
  const asked = [
    post(stack, "newer", unzipped(fixture.bodies.first)),
    getBookmark(stack, "newer"),
    get(stack, "/v1/streamers/newer"),
  ];
  for (const answer of asked)
    expect(await (await answer).json()).toMatchObject({ status: 503, code: "newer-format" });
  const Key = { pk: newer.pk!, sk: newer.sk! };
  expect((await client.send(new GetItemCommand({ TableName: table, Key }))).Item).toEqual(newer);
  const written = { pk: { S: "streamer#github" }, sk: { S: "state" } };
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: written }));
  expect(Item?.format).toEqual({ N: "1" });
});

it("tokens", async () => {
  const digests = fixture.items.flatMap(({ pk, sk }) => (pk.S === "tokens" ? [sk.S] : []));
  const grants = await Promise.all(digests.map(digest => tokens.grantOf(digest, Date.now() + 60_000)));
  expect(grants.map(grant => grant?.permissions)).toEqual([
    [{ scope: "read", streamer: "*" }],
    [
      { scope: "write", streamer: "github" },
      { scope: "read", streamer: "github" },
      { scope: "admin", streamer: "github" },
    ],
  ]);
});

it("tokens that expire soon, which stay as they are once people were notified", async () => {
  const { dynamodb, region, table } = await stackFileOf(stack);
  const list = dynamoTokenList({ client: dynamoClient({ region, endpoint: dynamodb }), table });
  const deadline = Date.now() + 60_000;
  const expiring = async (until: number) => {
    const found = [];
    for await (const token of list.expiring(until, deadline)) found.push(token);
    return found;
  };
  const validUntil = 4_949_251_587_979;
  expect(await expiring(validUntil - 1)).toEqual([]);
  const [token, ...others] = await expiring(validUntil);
  const scopes = ["write", "read", "admin"];
  expect([token, others]).toEqual([
    { digest: expect.any(String), id: "1a1ad9c0e9", streamer: "github", scopes, validUntil },
    [],
  ]);
  await list.noteNotified(token!.digest, deadline);
  expect(await expiring(validUntil)).toEqual([]);
  expect((await tokens.grantOf(token!.digest, deadline))?.permissions).toHaveLength(3);
});
