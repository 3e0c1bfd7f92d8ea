import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import {
  bookmark,
  getBookmark,
  jsonline,
  post,
  record,
  startTestStack,
  token,
  useStack,
} from "./local-stack.ts";

/** Bookmarks set manually, and their history. */
const stack = useStack();
const body = (value: unknown) => jsonline(record("t", { id: 1 }, ["id"]), bookmark(value));
const json = { "content-type": "application/json" };
const transitType = { "content-type": "application/transit+json" };

function change(
  method: "PUT" | "DELETE",
  streamer: string,
  headers: Record<string, string>,
  value?: string | Uint8Array,
  url = stack().url,
) {
  return fetch(`${url}/v1/streamers/${streamer}/bookmark`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(value !== undefined && { body: value }),
  });
}

async function history(streamer: string, query = "") {
  const response = await fetch(`${stack().url}/v1/streamers/${streamer}/bookmark/history${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, text: await response.text() };
}

describe("PUT", () => {
  it("rewinds with the current revision, and the next delivery matches the new one", async () => {
    await post(stack(), "rewound", body(5));
    const response = await change("PUT", "rewound", { ...json, "if-match": '"1"' }, "3\n");
    expect([response.status, response.headers.get("etag")]).toEqual([200, '"2"']);
    expect(await response.json()).toEqual({
      streamer: "rewound",
      revision: 2,
      bookmark: 3,
      bookmarkType: "application/json",
    });
    expect(await (await getBookmark(stack(), "rewound")).text()).toBe("3");
    const late = await post(stack(), "rewound", body(6), { "if-match": '"1"' });
    expect(late.status).toBe(412);
    expect((await post(stack(), "rewound", body(4), { "if-match": '"2"' })).status).toBe(200);
  });

  it.each([
    ["application/json", '{"n": 9007199254740993,\n "s": "é"}', '{"n": 9007199254740993,\t "s": "é"}'],
    ["application/json; charset=utf-8", " null ", "null"],
    ["application/transit+json", '["^ ","at","~m0"]', '["^ ","at","~m0"]'],
    ["application/transit+json", '"~m0"', `["~#'","~m0"]`],
    ["Application/Transit+JSON", '{"~#set":[1]}', '{"~#set":[1]}'],
  ])("%s: %s is returned as %s", async (type, sent, kept) => {
    const name = `put-${createHash("sha256")
      .update(type + sent)
      .digest("hex")
      .slice(0, 40)}`;
    const response = await change("PUT", name, { "content-type": type, "if-none-match": "*" }, sent);
    expect(response.status).toBe(200);
    expect(await (await getBookmark(stack(), name)).text()).toBe(kept);
  });

  const refused: [headers: Record<string, string>, value: string, status: number, code: string][] = [
    [{}, "1", 428, "precondition-required"],
    [{ "if-match": '"0"', "content-type": "text/plain" }, "1", 415, "unsupported-type"],
    [{ "if-match": '"0"', ...json, "content-encoding": "gzip" }, "1", 415, "unsupported-encoding"],
    [{ "if-match": '"0"', ...json }, "", 400, "malformed"],
    [{ "if-match": '"0"', ...json }, "{", 400, "malformed"],
    [{ "if-match": '"0"', ...json }, "1 2", 400, "malformed"],
    [{ "if-match": '"0"', ...json }, '{"a":"x\ny"}', 400, "malformed"],
    [{ "if-match": '"0"', ...transitType }, '["^ ","a","x\ny"]', 400, "malformed"],
    [{ "if-none-match": '"abc"', ...json }, "1", 428, "precondition-required"],
    [{ "if-none-match": "5", ...json }, "1", 428, "precondition-required"],
    [{ "if-match": '"0"', ...json }, `"${"x".repeat(1_048_576)}"`, 413, "bookmark-too-large"],
    [{ "if-match": "0", ...json }, "1", 400, "bad-header"],
    [{ "if-match": '"7"', ...json }, "1", 412, "precondition-failed"],
  ];
  const titled = refused.map(each => [JSON.stringify(each[0]), each[1].slice(0, 20), ...each] as const);
  it.each(titled)("%s with %j is refused", async (_headers, _value, headers, value, status, code) => {
    const response = await change("PUT", "refused", headers as Record<string, string>, value);
    expect(await response.json()).toMatchObject({ status, code });
    expect((await getBookmark(stack(), "refused")).status).toBe(404);
  });
});

describe("DELETE", () => {
  it("deletes only the bookmark: the revision increases", async () => {
    await post(stack(), "forgotten", body(5));
    const response = await change("DELETE", "forgotten", { "if-match": '"1"' });
    expect([response.status, await response.json()]).toEqual([200, { streamer: "forgotten", revision: 2 }]);
    const none = await getBookmark(stack(), "forgotten");
    expect([none.status, none.headers.get("etag")]).toEqual([404, '"2"']);
    expect((await post(stack(), "forgotten", body(1), { "if-match": '"2"' })).status).toBe(200);
  });
});

describe("a manual change", () => {
  let other: Awaited<ReturnType<typeof startTestStack>>;
  let api: Awaited<ReturnType<typeof startScriptedServer>>;
  beforeAll(async () => {
    api = await startScriptedServer(["hang"]);
    other = await startTestStack({ IMPORT_API_URL: api.url });
  });
  afterAll(() => Promise.all([other.close(), api.close()]));

  it("waits for the delivery in flight", async () => {
    const delivery = post(other, "busy", body(1));
    await api.received(1, delivery);
    const response = await change("PUT", "busy", { ...json, "if-match": '"0"' }, "1", other.url);
    expect(await response.json()).toMatchObject({ status: 409, code: "delivery-in-flight" });
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    await api.close();
    await delivery;
  });

  it("requires a token", async () => {
    const response = await change("PUT", "x", { authorization: "Bearer wrong", "if-match": '"0"' }, "1");
    expect(await response.json()).toMatchObject({ status: 401, code: "unauthorized" });
  });
});

describe("a bookmark without a value", () => {
  it.each([
    [bookmark(null), "null"],
    [bookmark(""), '""'],
    [bookmark({}), "{}"],
  ])("is stored as sent: %j", async (line, kept) => {
    const name = `empty-${Buffer.from(kept).toString("hex")}`;
    await post(stack(), name, body(1));
    await post(stack(), name, jsonline(line));
    expect(await (await getBookmark(stack(), name)).text()).toBe(kept);
  });

  it("never replaces one with a value", async () => {
    await post(stack(), "left", body(1));
    expect(await (await post(stack(), "left", jsonline())).json()).toMatchObject({
      revision: 2,
      bookmark: 1,
    });
    const none = await post(stack(), "left", jsonline('{"type":"BOOKMARK"}'));
    expect(await none.json()).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringContaining("value") }],
    });
    expect(await (await getBookmark(stack(), "left")).text()).toBe("1");
  });
});

describe("history", () => {
  it("lists when, who and which value, newest first, page by page", async () => {
    const began = Date.now();
    const receipts: { delivery: string }[] = [];
    for (const value of [1, "9007199254740993", { a: 1.5 }])
      receipts.push((await (await post(stack(), "past", body(value))).json()) as { delivery: string });
    await change("PUT", "past", { ...json, "if-match": '"3"' }, "12345678901234567890");
    await change("DELETE", "past", { "if-match": '"4"' });
    const all = await history("past");
    const parsed = JSON.parse(all.text.replace("12345678901234567890", '"12345678901234567890"'));
    expect(parsed).toMatchObject({ streamer: "past", revision: 5 });
    expect(parsed.next).toBeUndefined();
    const entries = parsed.history as Record<string, unknown>[];
    expect(entries.map(({ revision, by, bookmark: value }) => [revision, by, value])).toEqual([
      [5, "forget", undefined],
      [4, "rewind", "12345678901234567890"],
      [3, "delivery", { a: 1.5 }],
      [2, "delivery", "9007199254740993"],
      [1, "delivery", 1],
    ]);
    expect(entries.slice(2).map(({ delivery }) => delivery)).toEqual(
      receipts.map(({ delivery }) => delivery).reverse(),
    );
    const times = entries.map(({ committedAt }) => Date.parse(committedAt as string));
    const sorted = [Date.now(), ...times, began];
    expect(sorted.toSorted((a, b) => b - a)).toEqual(sorted);

    const pages: number[][] = [];
    for (let query = "?limit=2"; query !== ""; ) {
      const page = JSON.parse((await history("past", query)).text) as {
        history: { revision: number }[];
        next?: number;
      };
      pages.push(page.history.map(({ revision }) => revision));
      query = page.next === undefined ? "" : `?limit=2&before=${page.next}`;
    }
    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
  });

  it("is empty before the first delivery, and a page has at least one bookmark of any size", async () => {
    expect(JSON.parse((await history("never")).text)).toEqual({
      streamer: "never",
      revision: 0,
      history: [],
    });
    const large = "x".repeat(1_000_000);
    for (let n = 0; n < 4; n++) await post(stack(), "large", body(large + n));
    const page = JSON.parse((await history("large")).text) as { history: object[]; next: number };
    expect([page.history.length, page.next]).toEqual([2, 3]);
  });

  it.each(["limit=0", "limit=101", "limit=x", "before=0", "before=-1"])("refuses ?%s", async query => {
    expect(JSON.parse((await history("past", `?${query}`)).text)).toMatchObject({
      status: 400,
      code: "bad-query",
      detail: expect.stringContaining(query.split("=")[0]!),
    });
  });
});
