import { expect, it } from "vitest";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { get, getBookmark, jsonline, post, startTestStack, token, transit, useStack } from "./local-stack.ts";

/**
 * Taps print the state that they were started with, which is `{}` if it was lost. target-stitch 4.0.4
 * writes no empty state, and here an empty state does not replace a bookmark with a value.
 */
const stack = useStack();
const lines = (...messages: object[]) => messages.map(each => JSON.stringify(each)).join("\n");
const state = (value: unknown) => ({ type: "STATE", value });
const row = (stream: string, id: number) => ({ type: "RECORD", stream, key_fields: ["id"], record: { id } });
const large = { at: "✓".repeat(300_000) };

/** The answers to consecutive deliveries of a streamer. */
async function delivered(streamer: string, ...bodies: string[]) {
  const receipts: Record<string, unknown>[] = [];
  for (const body of bodies) {
    const response = await post(stack(), streamer, body);
    const receipt = (await response.json()) as Record<string, unknown>;
    expect({ status: response.status, ...receipt }).toMatchObject({ status: 200 });
    receipts.push(receipt);
  }
  const stored = await (await getBookmark(stack(), streamer)).text();
  return { receipts, last: receipts.at(-1)!, stored };
}

it.each([
  ["of an earlier delivery", [lines(state({ a: 1 })), lines(row("s", 1), state({}))], '{"a":1}'],
  ["by null", [lines(state({ a: 1 })), lines(state(null))], '{"a":1}'],
  ["by spaces", [lines(state({ a: 1 })), '{"type":"state","value": {\t } }'], '{"a":1}'],
  ["of the same body", [lines(state({ a: 1 }), row("s", 1), state({ b: 2 }), state({}))], '{"b":2}'],
  ["with records after it", [lines(state({ b: 2 }), row("s", 1), state(null), row("s", 2))], '{"b":2}'],
  ["of a few characters", [lines(state(0)), lines(state({}))], "0"],
  ["of a megabyte", [lines(state(large)), lines(state({}))], JSON.stringify(large)],
  [
    "of transit",
    [transit('["^ ","type","BOOKMARK","value",["^ ","a",1]]'), lines(state({}))],
    '["^ ","a",1]',
  ],
])("a Singer state that is empty does not replace a bookmark %s", async (name, bodies, kept) => {
  const streamer = name.replaceAll(" ", "-");
  const { receipts, last, stored } = await delivered(streamer, ...bodies);
  expect(stored).toBe(kept);
  expect(last).toMatchObject({ revision: bodies.length, bookmarkKept: true });
  expect(JSON.stringify(last.bookmark)).toBe(kept);
  for (const earlier of receipts.slice(0, -1)) expect(earlier).not.toHaveProperty("bookmarkKept");
  const text = await post(stack(), streamer, lines(state({})), { accept: "text/plain" });
  expect([text.headers.get("etag"), await text.text()]).toEqual([`"${bodies.length + 1}"`, `${kept}\n`]);
});

it.each([
  ["if nothing is committed", [lines(state({}))], "{}"],
  ["in place of one without a value", [lines(state({})), lines(state(null))], "null"],
  ["in place of a transit map", [transit('["^ ","type","STATE","value",["^ "]]'), lines(state({}))], "{}"],
  ["in place of transit's null", [transit('["^ ","type","STATE","value",null]'), lines(state({}))], "{}"],
  ["before one with a value", [lines(state({ a: 1 })), lines(state({}), row("s", 1), state([]))], "[]"],
  ["that holds an empty map", [lines(state({ a: 1 })), lines(state({ bookmarks: {} }))], '{"bookmarks":{}}'],
  ["in a stitchstream", [lines(state({ a: 1 })), jsonline({ type: "BOOKMARK", value: {} })], "{}"],
  ["in a stitchstream, by its later name", [lines(state({ a: 1 })), jsonline(state(null))], "null"],
  ["in transit", [lines(state(1)), transit('["^ ","type","BOOKMARK","value",["^ "]]')], '["^ "]'],
  ["in a message of another type", [lines(state({ a: 1 })), lines({ type: "BOOKMARK", value: {} })], "{}"],
])("one is committed %s", async (name, bodies, stored) => {
  const found = await delivered(name.replaceAll(/[ ,']+/g, "-"), ...bodies);
  expect(found.stored).toBe(stored);
  expect(found.last).not.toHaveProperty("bookmarkKept");
});

it("one is committed if the bookmark was deleted or set to an empty value", async () => {
  const change = (method: string, value?: string) =>
    fetch(`${stack().url}/v1/streamers/changed/bookmark`, {
      method,
      headers: { authorization: `Bearer ${token}`, "if-match": "*", "content-type": "application/json" },
      ...(value !== undefined && { body: value }),
    });
  await delivered("changed", lines(state({ a: 1 })));
  await change("DELETE");
  expect((await delivered("changed", lines(state({})))).stored).toBe("{}");
  await change("PUT", " { } ");
  expect((await delivered("changed", lines(state(null)))).stored).toBe("null");
  await change("PUT", '{"b":2}');
  expect((await delivered("changed", lines(state({})))).stored).toBe('{"b":2}');
});

it("the receipt says so, also when it is replayed", async () => {
  await delivered("replayed", lines(state({ a: 1 })));
  const once = () => post(stack(), "replayed", lines(state({})), { "idempotency-key": "k" });
  const first = (await (await once()).json()) as { delivery: string };
  await delivered("replayed", lines(state({ a: 2 })));
  const again = await once();
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(await again.json()).toEqual(first);
  expect(first).toMatchObject({ bookmarkKept: true, bookmark: { a: 1 } });
  const asked = await get(stack(), `/v1/streamers/replayed/deliveries/${first.delivery}`);
  expect(await asked.json()).toMatchObject({ outcome: "committed", bookmarkKept: true, bookmark: { a: 1 } });
});

it("an empty state commits nothing of a delivery that is accepted in part", async () => {
  const api = await startScriptedServer([{ status: 201 }, { status: 201 }, { status: 400 }, { status: 201 }]);
  const other = await startTestStack({ IMPORT_API_URL: api.url });
  try {
    await post(other, "part", lines(row("s", 1), state({ a: 1 })));
    const schema = { properties: {} };
    const typed = (stream: string) => ({ type: "RECORD", stream, schema, record: {} });
    const body = lines(typed("a"), state({}), typed("b"), state({}));
    const once = () => post(other, "part", body, { "idempotency-key": "k" });
    expect(await (await once()).json()).toMatchObject({ status: 502, revision: 1, bookmark: { a: 1 } });
    const sent = api.requests.length;
    expect(await (await once()).json()).toMatchObject({
      revision: 2,
      bookmark: { a: 1 },
      bookmarkKept: true,
    });
    expect(api.requests.slice(sent)).toHaveLength(2);
  } finally {
    await other.close();
    await api.close();
  }
});
