import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bookmark, get, jsonline, post, record, useStack } from "./local-stack.ts";

/** Lambda's result is limited to 6 MB, with each quote and control character of the body escaped. */
const stack = useStack();

interface Receipt {
  readonly delivery: string;
  readonly revision: number;
  readonly streams: Readonly<Record<string, number>>;
  readonly streamsTotal?: number;
}

/** A unique name of 1,024 control characters, each of which JSON writes with six characters. */
const nameOf = (n: number) =>
  Array.from({ length: 1_024 }, (_, i) =>
    String.fromCharCode(1 + ((n * 7919 + i * i * 31 + ((n * i) >> 3)) % 31)),
  ).join("");
const names = (count: number) => Array.from({ length: count }, (_, n) => `${nameOf(n).slice(0, 1_010)}#${n}`);
const bodyOf = (streams: readonly string[]) =>
  gzipSync(
    jsonline(...streams.map(stream => record(stream, { id: 1 }, ["id"])), bookmark('"'.repeat(500_000))),
  );
const headers = { "content-encoding": "gzip", "content-type": "application/octet-stream" };

it("a receipt that is too large names the first hundred streams and counts all, on replay, too", async () => {
  const streams = names(1_000);
  const asked = { ...headers, "idempotency-key": "k" };
  const first = await post(stack(), "many", bodyOf(streams), asked);
  const text = await first.text();
  expect([first.status, text.slice(0, 100)]).toEqual([200, expect.stringContaining('"delivery"')]);
  const receipt = JSON.parse(text) as Receipt;
  expect(receipt).toMatchObject({ revision: 1, records: 1_000, streamsTotal: 1_000 });
  expect(Object.keys(receipt.streams)).toEqual(streams.slice(0, 100));
  const again = await post(stack(), "many", bodyOf(streams), asked);
  expect([again.headers.get("idempotency-replayed"), (await again.text()) === text]).toEqual(["true", true]);
  const later = await get(stack(), `/v1/streamers/many/deliveries/${receipt.delivery}`);
  const { streams: named, streamsTotal } = (await later.json()) as Receipt;
  expect([Object.keys(named).length, streamsTotal]).toEqual([100, 1_000]);
});

it("a receipt that fits names all streams", async () => {
  const streams = names(200);
  const receipt = (await (await post(stack(), "some", bodyOf(streams), headers)).json()) as Receipt;
  expect(Object.keys(receipt.streams)).toEqual(streams);
  expect(receipt).not.toHaveProperty("streamsTotal");
});
