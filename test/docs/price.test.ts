import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { ensureTable, startDynamodb } from "../../infra/local/dynamodb.ts";
import { startS3 } from "../../infra/local/s3/s3.ts";
import { createToken } from "../../infra/tokens/tokens.ts";
import { bookmark, jsonline, type LocalStack, record, startTestStack } from "../endpoint/local-stack.ts";
import { startCountingProxies } from "./counting-proxy.ts";

let dir: string;
let token: string;
let stack: LocalStack;
let proxies: Awaited<ReturnType<typeof startCountingProxies>>;
const parts: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-price-"));
  const dynamodb = await startDynamodb({ dir: join(dir, "dynamodb") });
  const s3 = await startS3({ dir: join(dir, "s3") });
  await ensureTable(dynamodb.url, "persister");
  const client = dynamoClient({ region: "us-east-1", endpoint: dynamodb.url });
  const scopes = ["write", "read"] as const;
  ({ token } = await createToken(
    { streamer: "*", scopes, validUntil: undefined },
    { client, table: "persister" },
  ));
  proxies = await startCountingProxies({ dynamodb: dynamodb.url, s3: s3.url });
  stack = await startTestStack({
    AWS_ENDPOINT_URL_DYNAMODB: proxies.dynamodb,
    AWS_ENDPOINT_URL_S3: proxies.s3,
  });
  parts.push(stack, proxies, dynamodb, s3);
});
afterAll(async () => {
  for (const part of parts) await part.close();
  await rm(dir, { recursive: true, force: true });
});

/** Delivers a record of each stream and a bookmark of this many bytes, if any. */
async function deliver(
  streamer: string,
  [bytes, streams = ["issues"]]: readonly [bytes: number | undefined, streams?: readonly string[]],
  n: number,
  headers: Record<string, string>,
) {
  const bookmarks = bytes === undefined ? [] : [bookmark(`${n}`.padEnd(bytes - 2, "x"))];
  const records = streams.map(stream => record(stream, { id: n }, ["id"]));
  const response = await fetch(`${stack.url}/v1/streamers/${streamer}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: jsonline(...records, ...bookmarks),
  });
  expect([response.status, await response.text()]).toMatchObject([200, expect.stringContaining('"records"')]);
}

/** The cost of a streamer's third delivery: it files a commit, and its token's use is already recorded. */
async function countsOf(bytes: number, hasKey: boolean, streams = ["issues"], nameLength = 32) {
  const streamer = `n${bytes}${hasKey ? "k" : ""}-${streams.length}`.padEnd(nameLength, "x");
  for (const n of [1, 2, 3]) {
    proxies.take();
    await deliver(streamer, [bytes, streams], n, hasKey ? { "idempotency-key": `key-${n}` } : {});
  }
  return proxies.take();
}

const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
/** The page without the breaks of its lines. */
const flowing = page.replaceAll(/\s+/g, " ");
const rows = [...page.matchAll(/^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)].map(
  row => row.slice(1).map(Number) as [number, number, number, number, number, number],
);
const [, calls, callsWithKey] = /calls the table (\d+) times, (\d+) with a key/.exec(flowing)!.map(Number);
const [, dayUnits, dayUnitsOfMany] = /one more call, and (\d+) write unit,.* letters are (\d+) units/
  .exec(flowing)!
  .map(Number);

it("the counts of a day with a hundred streams cost what the page says", async () => {
  const streams = Array.from({ length: 101 }, (_, n) => `stream_${n}`.padEnd(15, "x"));
  expect(await countsOf(20, false, streams)).toMatchObject({ dayUnits: dayUnitsOfMany });
});

it("the page has rows for bookmarks inside and outside the item, and they do not grow", () => {
  expect(rows.map(([bytes, ...units]) => [bytes, ...units.slice(0, 2)])).toEqual([
    [20, 5, 7],
    [2_048, 11, 13],
    [20_000, 5, 7],
    [250_000, 5, 7],
  ]);
});

it.each(rows)(
  "a delivery with a bookmark of %i bytes writes and calls what the page says",
  async (...row) => {
    const [bytes, units, unitsWithKey, puts] = row;
    expect(await countsOf(bytes, false)).toEqual({
      writeUnits: units,
      dayUnits,
      calls,
      readUnits: 2,
      puts,
      gets: 0,
    });
    expect(await countsOf(bytes, true)).toEqual({
      writeUnits: unitsWithKey,
      dayUnits,
      calls: callsWithKey,
      readUnits: 3,
      puts,
      gets: 0,
    });
  },
);

it("a bookmark one byte larger than an item allows is stored in S3", async () => {
  expect(await countsOf(2_049, true)).toMatchObject({ writeUnits: 7, puts: 2 });
});

describe("names of a streamer and its streams", () => {
  const [without = 0, withKey = 0] = /are at most (\d+) bytes together, or (\d+) with a key/
    .exec(flowing)!
    .slice(1)
    .map(Number);
  /** A bucket that CloudFormation names has a longer name than the local one, in two places of an item. */
  const bucketBytes = 2 * ("persister-prod-archive-1a2b3c4d5e6f".length - "persister-archive".length);
  /** Streams, of at least 8 letters, which have so many bytes as the page counts them. */
  const streamsOf = (bytes: number) => {
    const names = Array.from({ length: Math.floor(bytes / 23) }, (_, n) => `stream_${n}`.padEnd(15, "x"));
    return [...names.slice(1), "stream_".padEnd(15 + (bytes % 23), "y")];
  };
  it.each([
    [12, false, without, 5],
    [12, false, without + 60, 6],
    [12, true, withKey, 7],
    [12, true, withKey + 60, 8],
    [32, false, without, 5],
    [32, true, withKey, 7],
  ])("of %i letters, with a key: %s, %i bytes: %i units", async (nameLength, hasKey, bytes, units) => {
    const streams = streamsOf(bytes + bucketBytes - 4 * nameLength);
    const { writeUnits } = await countsOf(20, hasKey, streams, nameLength);
    expect(writeUnits).toBe(units);
  });
});

it("a bookmark in S3 is read with one more GET", async () => {
  const read = async (bytes: number) => {
    const streamer = `read-${bytes}`;
    await deliver(streamer, [bytes], 1, {});
    proxies.take();
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${stack.url}/v1/streamers/${streamer}/bookmark`, { headers });
    expect((await response.text()).length).toBe(bytes);
    return proxies.take();
  };
  const inline = await read(2_048);
  expect(inline).toMatchObject({ calls: 2, gets: 0 });
  expect(await read(2_049)).toEqual({ ...inline, gets: 1 });
});

describe("a delivery waits for as many round trips as docs/performance.md says", () => {
  const performance = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8");
  const [table = ""] = /(?<=^\| in a row \|.*\n.*\n)(?:\|.*\n)+/m.exec(performance) ?? [];
  const listed = table.split("\n").flatMap(row => {
    const [, , ...cells] = row.split("|").map(cell => cell.trim());
    return cells.length < 2 ? [] : [cells];
  });
  /** Calls that only some deliveries make are marked. */
  const roundsOf = (marks: readonly string[]) =>
    listed
      .map(([calls = ""]) =>
        [...calls.matchAll(/`([^`]+)`(?: \((\w+)\))?/g)]
          .flatMap(([, call, mark]) => (mark === undefined || marks.includes(mark) ? [call!] : []))
          .toSorted(),
      )
      .filter(calls => calls.length > 0);

  it.each([
    ["with a bookmark of 20 bytes", 20, []],
    ["with a bookmark of 20 bytes, and a key", 20, ["key"]],
    ["with a bookmark of 250,000 bytes", 250_000, ["large"]],
    ["with a bookmark of 250,000 bytes, and a key", 250_000, ["large", "key"]],
    ["without a bookmark, and with a key", undefined, ["key"]],
  ] as const)("%s", async (_, bytes, marks) => {
    const hasKey = marks.some(mark => mark === "key");
    const streamer = `trips-${bytes}-${marks.length}`;
    const headersOf = (n: number) =>
      (hasKey ? { "idempotency-key": `key-${n}` } : {}) as Record<string, string>;
    for (const n of [1, 2]) await deliver(streamer, [bytes], n, headersOf(n));
    const expected = roundsOf(marks);
    const held = proxies.hold(expected.map(calls => calls.length));
    await deliver(streamer, [bytes], 3, headersOf(3));
    expect(held.names).toEqual(expected);
    expect(expected.length).toBe(hasKey ? 7 : 6);
    proxies.hold([]);
  });
});
