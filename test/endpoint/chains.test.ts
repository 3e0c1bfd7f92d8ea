import { describe, expect, it } from "vitest";
import { bookmark, getBookmark, jsonline, post, record, token, useStack } from "./local-stack.ts";

/** Deliveries chained by the streamer's revision. */
const stack = useStack();
const body = (position: number) => jsonline(record("t", { id: position }, ["id"]), bookmark(position));
const problem = async (response: Response) => ({
  etag: response.headers.get("etag"),
  ...((await response.json()) as object),
});

describe("If-Match", () => {
  it("chains deliveries: each names the revision that the last one returned", async () => {
    let etag = '"0"';
    for (const position of [1, 2, 3]) {
      const response = await post(stack(), "chained", body(position), { "if-match": etag });
      expect([response.status, response.headers.get("etag")]).toEqual([200, `"${position}"`]);
      etag = response.headers.get("etag")!;
    }
  });

  it("refuses an old revision with the current one and its bookmark, and forwards nothing", async () => {
    await post(stack(), "moved", body(1));
    const response = await post(stack(), "moved", body(7), { "if-match": '"0"' });
    expect(await problem(response)).toMatchObject({
      status: 412,
      code: "precondition-failed",
      etag: '"1"',
      revision: 1,
      bookmark: 1,
      archive: expect.stringMatching(/^s3:/),
    });
    expect(await (await getBookmark(stack(), "moved")).text()).toBe("1");
  });

  it.each([
    ["*", 412, 200],
    ['"1"', 412, 200],
    ['"5", "1"', 412, 200],
    ['"0"', 200, 412],
    ['W/"1"', 412, 412],
    ['"abc"', 412, 412],
  ])("%s: %i before the first delivery, %i at revision 1", async (condition, first, second) => {
    const name = (when: string) => `if-${when}-${Buffer.from(condition).toString("hex")}`;
    expect((await post(stack(), name("new"), body(1), { "if-match": condition })).status).toBe(first);
    await post(stack(), name("old"), body(1));
    expect((await post(stack(), name("old"), body(2), { "if-match": condition })).status).toBe(second);
  });

  it("If-None-Match: * allows only the first delivery", async () => {
    const first = { "if-none-match": "*" };
    expect((await post(stack(), "first", body(1), first)).status).toBe(200);
    expect(await problem(await post(stack(), "first", body(2), first))).toMatchObject({ status: 412 });
  });

  it.each(["1", "'1'", '"1', "abc"])("%s is refused, with the form of an ETag", async condition => {
    const response = await post(stack(), "odd", body(1), { "if-match": condition });
    expect(await response.json()).toMatchObject({
      status: 400,
      code: "bad-header",
      archive: expect.stringMatching(/^s3:/),
      hint: expect.stringContaining('If-Match: "5"'),
    });
  });
});

describe("the ETag", () => {
  it("is on every answer that knows the streamer", async () => {
    await post(stack(), "tagged", body(1), { "idempotency-key": "k" });
    const etags = await Promise.all(
      [
        post(stack(), "tagged", jsonline("{")),
        post(stack(), "tagged", body(2), { "idempotency-key": "k" }),
        post(stack(), "tagged", jsonline(record("t", { id: null }, ["id"]))),
        post(stack(), "tagged", body(2), { "if-match": '"9"' }),
        getBookmark(stack(), "tagged"),
        getBookmark(stack(), "tagged", { accept: "image/png" }),
        getBookmark(stack(), "tagged", { "if-none-match": '"1"' }),
        fetch(`${stack().url}/v1/streamers/tagged/bookmark/history`, {
          headers: { authorization: `Bearer ${token}` },
        }),
      ].map(async answer => (await answer).headers.get("etag")),
    );
    expect(new Set(etags)).toEqual(new Set(['"1"']));
    expect((await getBookmark(stack(), "untagged")).headers.get("etag")).toBe('"0"');
  });
});
