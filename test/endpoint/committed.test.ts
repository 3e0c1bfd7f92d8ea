import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startS3 } from "../../infra/local/s3/s3.ts";
import { createToken } from "../../infra/tokens/tokens.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { startFlakyProxy } from "./flaky-proxy.ts";
import { bookmark, jsonline, type LocalStack, post, record, startTestStack, transit } from "./local-stack.ts";
import { startScriptedTable } from "./scripted-table.ts";
import { tokenTableOf } from "./stack-file.ts";

/** Each error about a known streamer includes what is committed, which saves the client a request. */
let stack: LocalStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());

const good = (value: unknown = 1) => jsonline(record("t", { id: 1 }, ["id"]), bookmark(value));
const gzip = { "content-encoding": "gzip", "content-type": "application/octet-stream" };
const json = { "content-type": "application/json" };

interface Refusal {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly method?: "PUT" | "DELETE" | "GET";
  readonly path?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const deliveries: readonly Refusal[] = [
  {
    name: "a body too large",
    body: Buffer.alloc(4_500_001, " "),
    status: 413,
    code: "body-too-large",
  },
  { name: "a bad header", body: good(), headers: { "if-match": "5" }, status: 400, code: "bad-header" },
  {
    name: "an unknown coding",
    body: "x",
    headers: { "content-encoding": "br" },
    status: 415,
    code: "unsupported-encoding",
  },
  { name: "broken gzip", body: "x", headers: gzip, status: 400, code: "broken-gzip" },
  {
    name: "a gzip bomb",
    body: gzipSync("x".repeat(2_000_000)),
    headers: gzip,
    status: 413,
    code: "inflated-too-large",
  },
  {
    name: "another body under a key",
    body: good(2),
    headers: { "idempotency-key": "used" },
    status: 422,
    code: "key-reused",
  },
  { name: "something else", body: "hello\n", status: 400, code: "not-a-stitchstream" },
  { name: "a line that is not a message", body: jsonline("{"), status: 400, code: "malformed" },
  {
    name: "a bookmark too large",
    body: good("x".repeat(1_100_000)),
    status: 413,
    code: "bookmark-too-large",
  },
  {
    name: "a record without its key",
    body: jsonline(record("t", {}, ["id"])),
    status: 422,
    code: "invalid-records",
  },
  {
    name: "another revision",
    body: good(),
    headers: { "if-match": '"9"' },
    status: 412,
    code: "precondition-failed",
  },
];

const others: readonly Refusal[] = [
  {
    name: "a bookmark set without If-Match",
    method: "PUT",
    path: "/bookmark",
    body: "1",
    headers: json,
    status: 428,
    code: "precondition-required",
  },
  {
    name: "a bookmark that is not JSON",
    method: "PUT",
    path: "/bookmark",
    body: "{",
    headers: { ...json, "if-match": "*" },
    status: 400,
    code: "malformed",
  },
  {
    name: "a bookmark without its type",
    method: "PUT",
    path: "/bookmark",
    body: "1",
    headers: { "if-match": "*" },
    status: 415,
    code: "unsupported-type",
  },
  {
    name: "a bookmark set that is too large",
    method: "PUT",
    path: "/bookmark",
    body: `"${"x".repeat(1_100_000)}"`,
    headers: { ...json, "if-match": "*" },
    status: 413,
    code: "bookmark-too-large",
  },
  {
    name: "a change of another revision",
    method: "DELETE",
    path: "/bookmark",
    headers: { "if-match": '"9"' },
    status: 412,
    code: "precondition-failed",
  },
  {
    name: "a bookmark in an unknown encoding",
    method: "GET",
    path: "/bookmark",
    headers: { accept: "image/png" },
    status: 406,
    code: "not-acceptable",
  },
  {
    name: "an impossible page",
    method: "GET",
    path: "/deliveries?limit=0",
    status: 400,
    code: "bad-query",
  },
  {
    name: "a delivery that doesn't exist",
    method: "GET",
    path: "/deliveries/none",
    status: 404,
    code: "no-delivery",
  },
];

interface Asked {
  readonly on?: LocalStack;
  readonly streamer: string;
  readonly token?: string;
}

function ask({ on = stack, streamer, token = "a-token" }: Asked, refusal: Partial<Refusal>) {
  const { method = "POST", path = "", body, headers } = refusal;
  return fetch(`${on.url}/v1/streamers/${streamer}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body }),
  });
}

/** A bookmark that JSON.parse would change, and one that is too large for an item. */
const bookmarks = [
  {
    kind: "transit",
    lines: ['["^ ","type","BOOKMARK","value",["^ ","at","~m1468435557000","n","~n12345678901234567890"]]'],
    text: '"bookmark":["^ ","at","~m1468435557000","n","~n12345678901234567890"]',
    type: "application/transit+json",
    bodyOf: transit,
  },
  {
    kind: "large",
    lines: [`{"type":"BOOKMARK","value":{"n": 1.10, "text":"${"é".repeat(250_000)}"}}`],
    text: `"bookmark":{"n": 1.10, "text":"${"é".repeat(250_000)}"}`,
    type: "application/json",
    bodyOf: jsonline,
  },
];

describe.each(bookmarks)(
  "a $kind bookmark and its revision are included",
  ({ kind, lines, text, type, bodyOf }) => {
    beforeAll(async () => {
      await post(stack, kind, bodyOf(...lines), { "idempotency-key": "used" });
      await post(stack, kind, bodyOf(...lines));
    });

    it.each([...deliveries, ...others])("if $name is refused: $status $code", async refusal => {
      const response = await ask({ streamer: kind }, refusal);
      const answer = await response.text();
      expect(JSON.parse(answer)).toMatchObject({
        status: refusal.status,
        code: refusal.code,
        revision: 2,
        bookmarkType: type,
      });
      expect(answer.includes(text)).toBe(true);
      expect([response.status, response.headers.get("etag")]).toEqual([refusal.status, '"2"']);
    });
  },
);

it.each(deliveries.filter(({ code }) => code !== "key-reused"))(
  "before the first delivery, an error has revision 0 and no bookmark: $code",
  async refusal => {
    const response = await ask({ streamer: `new-${refusal.code}` }, refusal);
    const problem = (await response.json()) as object;
    expect(problem).toMatchObject({ code: refusal.code, revision: 0 });
    expect(problem).not.toHaveProperty("bookmark");
    expect(response.headers.get("etag")).toBe('"0"');
  },
);

describe("a token that may not read", () => {
  it("the streamer gets nothing about it", async () => {
    await post(stack, "secret", good("secret position"));
    const scopes = ["write", "read", "admin"] as const;
    const { token } = await createToken(
      { streamer: "someone-else", scopes, validUntil: undefined },
      await tokenTableOf(stack),
    );
    for (const refusal of [...deliveries, ...others])
      for (const asked of [token, "wrong"]) {
        const response = await ask({ streamer: "secret", token: asked }, refusal);
        expect([401, 403]).toContain(response.status);
        expect(response.headers.has("etag")).toBe(false);
        expect(await response.text()).not.toMatch(/"revision|"bookmark|secret position/);
      }
  });

  it("but may write sees the bookmark in errors, as in its receipts", async () => {
    const { token } = await createToken(
      { streamer: "writes", scopes: ["write"], validUntil: undefined },
      await tokenTableOf(stack),
    );
    const asked = { streamer: "writes", token };
    expect(await (await ask(asked, { body: good(7) })).json()).toMatchObject({ bookmark: 7 });
    expect(await (await ask(asked, { body: jsonline("{") })).json()).toMatchObject({ bookmark: 7 });
    expect((await ask(asked, { method: "GET", path: "/bookmark" })).status).toBe(403);
  });
});

describe("trouble", () => {
  const open: { close(): Promise<void> }[] = [];
  afterAll(() => Promise.all(open.splice(0).map(part => part.close())));

  it("with another delivery in flight, and after it, includes what is committed", async () => {
    const api = await startScriptedServer([{ status: 201 }, "hang"]);
    const on = await startTestStack({ IMPORT_API_URL: api.url }, { ingestMilliseconds: 8_000 });
    open.push(on, api);
    await post(on, "busy", good("first"));
    const second = post(on, "busy", good("second"));
    await api.received(2, second);
    const asked = [
      ask({ on, streamer: "busy" }, { body: good("third") }),
      ask(
        { on, streamer: "busy" },
        { method: "PUT", path: "/bookmark", body: "1", headers: { ...json, "if-match": "*" } },
      ),
    ].map(async answer => (await answer).json());
    for (const problem of await Promise.all(asked))
      expect(problem).toMatchObject({ code: "delivery-in-flight", revision: 1, bookmark: "first" });
    await api.close();
    expect(await (await second).json()).toMatchObject({ status: 503, revision: 1, bookmark: "first" });
  });

  it("with the archive includes what is committed, too", async () => {
    const s3 = await startScriptedServer([{ status: 200 }, { status: 503, body: "" }]);
    const on = await startTestStack({ AWS_ENDPOINT_URL_S3: s3.url });
    open.push(on, s3);
    await post(on, "unarchived", good("first"));
    const response = await post(on, "unarchived", good("second"));
    expect(await response.json()).toMatchObject({
      code: "archive-unavailable",
      revision: 1,
      bookmark: "first",
    });
    expect(response.headers.get("etag")).toBe('"1"');
  });

  it("with a large bookmark leaves the refusal unchanged, includes nothing, and is logged", async () => {
    const dir = await mkdtemp(join(tmpdir(), "persister-committed-"));
    const s3 = await startS3({ dir });
    const denied = Array.from({ length: 10 }, () => ({
      status: 403,
      body: "<Error><Code>AccessDenied</Code></Error>",
    }));
    const proxy = await startFlakyProxy(s3.url, denied, ({ method }) => method === "GET");
    const on = await startTestStack({ AWS_ENDPOINT_URL_S3: proxy.url });
    open.push(on, proxy, s3, { close: () => rm(dir, { recursive: true, force: true }) });
    await post(on, "denied", good("x".repeat(300_000)));
    const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const response = await post(on, "denied", jsonline("{"));
    const problem = (await response.json()) as object;
    expect(problem).toMatchObject({ status: 400, code: "malformed" });
    expect(problem).not.toHaveProperty("revision");
    expect(log.mock.calls.map(([line]) => JSON.parse(String(line)) as object)).toMatchObject([
      { level: "ERROR", code: "malformed", cause: "AccessDenied" },
    ]);
    log.mockRestore();
  });

  it("with the table includes nothing, since what is committed is unknown", async () => {
    const dynamodb = await startScriptedTable({ status: 500, body: "{}" });
    const on = await startTestStack({ AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url });
    open.push(on, dynamodb);
    const response = await post(on, "unknown", jsonline("{"));
    const problem = (await response.json()) as object;
    expect(problem).toMatchObject({ status: 503, code: "store-unavailable" });
    expect(problem).not.toHaveProperty("revision");
    const refused = await post(on, "unknown", Buffer.alloc(4_500_001, " "));
    expect(await refused.json()).toMatchObject({ status: 413, code: "body-too-large" });
    expect(refused.headers.has("etag")).toBe(false);
  });
});
