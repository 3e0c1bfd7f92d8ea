import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type Step, startScriptedServer } from "../import-api/scripted-server.ts";
import {
  bookmark,
  getBookmark,
  jsonline,
  post,
  record,
  rows,
  startTestStack,
  useStack,
} from "./local-stack.ts";

/** Deliveries with an Idempotency-Key. */
const stack = useStack();
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

const body = (position: number) => jsonline(record("keyed", { id: position }, ["id"]), bookmark(position));
const keyed = (key: string) => ({ "idempotency-key": key });
const sequences = (text: string) => [...text.matchAll(/"sequence":(\d+)/g)].map(([, digits]) => digits!);

async function stackOn(...steps: [Step, ...Step[]]) {
  const api = await startScriptedServer(steps);
  const other = await startTestStack({ IMPORT_API_URL: api.url });
  open.push(other, api);
  return { other, api };
}

describe("the same key and body", () => {
  it("return the same receipt, marked as replayed, and do nothing else", async () => {
    const first = await post(stack(), "replayed", body(1), keyed("k1"));
    const [text, etag] = [await first.text(), first.headers.get("etag")];
    expect(first.headers.has("idempotency-replayed")).toBe(false);
    await post(stack(), "replayed", body(2), keyed("k2"));
    const again = await post(stack(), "replayed", body(1), keyed("k1"));
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([200, text, etag]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await (await getBookmark(stack(), "replayed")).text()).toBe("2");
    const count = "select count(*) from keyed where id = 1";
    expect((await rows(stack(), count)).rows).toEqual([["1"]]);
  });

  it("are recognized though one is gzipped, and though the precondition no longer holds", async () => {
    const first = await post(stack(), "gzipped", body(1), { ...keyed("k"), "if-match": '"0"' });
    const again = await post(stack(), "gzipped", gzipSync(body(1)), {
      ...keyed("k"),
      "if-match": '"0"',
      "content-encoding": "gzip",
      "content-type": "application/octet-stream",
    });
    expect(await again.text()).toBe(await first.text());
  });

  it("return the bookmark's line again, too", async () => {
    const accept = { accept: "text/plain", ...keyed("k") };
    expect(await (await post(stack(), "lined", body(4), accept)).text()).toBe("4\n");
    await post(stack(), "lined", body(5));
    expect(await (await post(stack(), "lined", body(4), accept)).text()).toBe("4\n");
  });

  it("are another delivery for another streamer", async () => {
    for (const name of ["one", "two"]) {
      const response = await post(stack(), name, body(1), keyed("k"));
      expect(response.headers.has("idempotency-replayed")).toBe(false);
    }
  });

  it("store no fault: a refused body may be corrected under its key", async () => {
    expect((await post(stack(), "corrected", jsonline("{"), keyed("k"))).status).toBe(400);
    expect((await post(stack(), "corrected", body(1), keyed("k"))).status).toBe(200);
  });
});

describe("the same key and another body", () => {
  it("are refused, and the body is archived anyway", async () => {
    await post(stack(), "reused", body(1), keyed("k"));
    const response = await post(stack(), "reused", body(2), keyed("k"));
    expect(await response.json()).toMatchObject({
      status: 422,
      code: "key-reused",
      archive: expect.stringMatching(/^s3:/),
    });
    expect(await (await getBookmark(stack(), "reused")).text()).toBe("1");
  });

  it.each(["a b", "é", "k".repeat(256), ""])("an invalid key is refused: %j", async key => {
    const response = await post(stack(), "odd-key", body(1), { "idempotency-key": key });
    expect(await response.json()).toMatchObject({ status: 400, code: "bad-header" });
  });
});

describe("a delivery that failed", () => {
  it("resumes under its key with the same sequences, after what was accepted", async () => {
    const down: Step = { status: 400, body: '{"error":"later"}' };
    const { other, api } = await stackOn({ status: 201 }, down, { status: 201 });
    // A table without keys has a batch of its own.
    const lines = [record("a", { id: 1 }, ["id"]), bookmark(1), record("log", { x: 1 }), bookmark(2)];
    const failed = await post(other, "resumed", jsonline(...lines), keyed("k"));
    const refused = sequences(api.requests.map(({ body: sent }) => sent.toString()).join());
    expect(await failed.json()).toMatchObject({ status: 502 });
    const before = api.requests.length;
    const again = await post(other, "resumed", jsonline(...lines), keyed("k"));
    expect(await again.json()).toMatchObject({ records: 2, bookmark: 2 });
    const later = api.requests.slice(before).map(({ body: sent }) => sent.toString());
    for (const sequence of sequences(later.join())) expect(refused).toContain(sequence);
  });

  it("is superseded once another delivery has written, and forwards nothing", async () => {
    const { other, api } = await stackOn({ status: 400, body: "{}" }, { status: 201 });
    expect((await post(other, "superseded", body(1), keyed("late"))).status).toBe(502);
    await post(other, "superseded", body(2));
    const requests = api.requests.length;
    const late = await post(other, "superseded", body(1), keyed("late"));
    expect(await late.json()).toMatchObject({ status: 409, code: "superseded", revision: 1 });
    expect(api.requests).toHaveLength(requests);
    expect(await (await getBookmark(other, "superseded")).text()).toBe("2");
  });
});

describe("while it is in flight", () => {
  it("the same delivery gets 409", async () => {
    const { other, api } = await stackOn("hang");
    const first = post(other, "twins", body(1), keyed("k"));
    await api.received(1, first);
    const twin = await post(other, "twins", body(1), keyed("k"));
    expect(await twin.json()).toMatchObject({ status: 409, code: "delivery-in-flight" });
    expect(Number(twin.headers.get("retry-after"))).toBeGreaterThan(0);
    await api.close();
    await first;
  });
});
