import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bookmark, getBookmark, jsonline, post, record, rows, transit, useStack } from "./local-stack.ts";

const stack = useStack();
const header = (...lines: string[]) => `${lines.join("\n")}\n`;
const good = record("never", { id: 1 }, ["id"]);
function utf16Of(text: string, how: "utf16le" | "utf-16le with a mark" | "utf-16be with a mark"): Buffer {
  const marked = Buffer.from(how === "utf16le" ? text : `\ufeff${text}`, "utf16le");
  return how === "utf-16be with a mark" ? marked.swap16() : marked;
}
const after = (...lines: (string | object)[]) => jsonline(good, ...lines);

interface Refusal {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly status: number;
  readonly code: string;
  readonly error?: { line: number; stream?: string; field?: string; message?: RegExp };
  readonly headers?: Record<string, string>;
}

const refusals: Refusal[] = [
  ...["", "\n", "\ufeff", " \r\n\t\n"].map(body => ({
    name: `nothing: ${JSON.stringify(body)}`,
    body,
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 1, message: /^the body is empty/ },
  })),
  ...["utf16le" as const, "utf-16le with a mark" as const, "utf-16be with a mark" as const].map(name => ({
    name,
    body: utf16Of(jsonline(good), name),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 1, message: /UTF-16.*UTF-8/ },
  })),
  {
    name: "Singer's messages in UTF-16",
    body: utf16Of(JSON.stringify(good), "utf16le"),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 1, message: /UTF-16/ },
  },
  {
    name: "transit without a header",
    body: '["^ ","type","RECORD","stream","a","record",["^ ","id",1]]',
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 1, message: /transit.*header/ },
  },
  ...['{"type":"RECORD","stream":"a","record":{"id":1}}', '  ["^ ","type","RECORD"]'].map(message => ({
    name: `a message before --: ${message}`,
    body: header("stitchstream/0.1", "Content-Type: jsonline", message, "--"),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 3, message: /message.*`--`/ },
  })),
  ...["Content Type: jsonline", "{: jsonline", ": jsonline", "2026-11-23 12:00:00 INFO: x", "é: x"].map(
    line => ({
      name: `a header line that is not valid: ${line}`,
      body: header("stitchstream/0.1", "Content-Type: jsonline", line, "--"),
      status: 400,
      code: "not-a-stitchstream",
      error: { line: 3 },
    }),
  ),
  ...["X: ", `X: ${"x".repeat(100_000)}`].map(line => ({
    name: `a header line of ${line.length} bytes that are not UTF-8`,
    body: Buffer.concat([
      Buffer.from(`stitchstream/0.1\nContent-Type: jsonline\n${line}`),
      Buffer.from([0xe9]),
      Buffer.from("\n--\n"),
    ]),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 3, message: /UTF-8/ },
  })),
  {
    name: "Airbyte's record",
    body: JSON.stringify({
      type: "RECORD",
      record: { stream: "users", namespace: null, data: { id: 1 }, emitted_at: 1_795_000_000_000 },
    }),
    status: 400,
    code: "malformed",
    error: { line: 1, message: /Airbyte's protocol/ },
  },
  {
    name: "Airbyte's state",
    body: JSON.stringify({ type: "STATE", state: { type: "STREAM", stream: { stream_state: {} } } }),
    status: 400,
    code: "malformed",
    error: { line: 1, message: /Airbyte's protocol/ },
  },
  { name: "something else", body: "hello\n", status: 400, code: "not-a-stitchstream", error: { line: 1 } },
  {
    name: "gzip that does not say so",
    body: gzipSync(jsonline(good)),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 1, message: /Content-Encoding: gzip/ },
  },
  {
    name: "line endings removed by curl's --data",
    body: jsonline(good).replaceAll("\n", ""),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 1, message: /--data-binary/ },
  },
  {
    name: "an unknown version",
    body: header("stitchstream/0.2", "Content-Type: transit", "--"),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 1, message: /0\.1/ },
  },
  {
    name: "no content type",
    body: header("stitchstream/0.1", "--"),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 2, message: /Content-Type/ },
  },
  {
    name: "an unknown content type",
    body: header("stitchstream/0.1", "Content-Type: edn", "--"),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 2, message: /jsonline/ },
  },
  {
    name: "two content types",
    body: header("stitchstream/0.1", "Content-Type: transit", "content-type: jsonline", "--"),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 3 },
  },
  {
    name: "no --",
    body: header("stitchstream/0.1", "Content-Type: transit"),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 2, message: /--/ },
  },
  {
    name: "an endless header",
    body: header("stitchstream/0.1", ...Array<string>(50).fill("X: y"), "--"),
    status: 400,
    code: "not-a-stitchstream",
    error: { line: 33 },
  },
  {
    name: "a truncated last line",
    body: after('{"type":"RECORD","stream":"a","record":{"id":1,"na').trimEnd(),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a", message: /cut/ },
  },
  {
    name: "a line that is not JSON",
    body: after("hello"),
    status: 400,
    code: "malformed",
    error: { line: 5 },
  },
  {
    name: "a line that is not a map",
    body: after("[1]"),
    status: 400,
    code: "malformed",
    error: { line: 5 },
  },
  {
    name: "a transit line that is not a map",
    body: transit('["~#list",[1]]'),
    status: 400,
    code: "malformed",
    error: { line: 4 },
  },
  {
    name: "a message without a type",
    body: after({ stream: "a" }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a", message: /type/ },
  },
  {
    name: "a record without its stream",
    body: after({ type: "RECORD", record: {} }),
    status: 400,
    code: "malformed",
    error: { line: 5, message: /stream/ },
  },
  {
    name: "a record like the one before it, but without its stream",
    body: after({ type: "RECORD", key_fields: ["id"], record: { id: 2 } }),
    status: 400,
    code: "malformed",
    error: { line: 5, message: /stream/ },
  },
  {
    name: "a record without its record",
    body: after({ type: "RECORD", stream: "a" }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a", message: /record/ },
  },
  {
    name: "a record that is not a map",
    body: after({ type: "RECORD", stream: "a", record: [] }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "key_fields that are not a list",
    body: after({ type: "RECORD", stream: "a", key_fields: "id", record: {} }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "a blank stream",
    body: after(record(" ", {})),
    status: 400,
    code: "malformed",
    error: { line: 5 },
  },
  {
    name: "a bookmark without its value",
    body: after({ type: "STATE" }),
    status: 400,
    code: "malformed",
    error: { line: 5 },
  },
  {
    name: "a missing key",
    body: after(record("a", { no: 1 }, ["id"])),
    status: 422,
    code: "invalid-records",
    error: { line: 5, stream: "a", field: "id", message: /missing/ },
  },
  {
    name: "a null key",
    body: after(record("a", { id: null }, ["id"])),
    status: 422,
    code: "invalid-records",
    error: { line: 5, stream: "a", field: "id", message: /null/ },
  },
  ...[{ id: null }, { other: 1 }, { id: {} }].map(row => ({
    name: `a key that the schema refuses, too: ${JSON.stringify(row)}`,
    body: after({
      ...record("a", row, ["id"]),
      schema: { properties: { id: { type: "integer" } }, required: ["id"] },
    }),
    status: 422,
    code: "invalid-records",
    error: { line: 5, stream: "a", field: "id", message: /^the key is/ },
  })),
  {
    name: "a key that is a map",
    body: after(record("a", { id: {} }, ["id"])),
    status: 422,
    code: "invalid-records",
    error: { line: 5, stream: "a", field: "id" },
  },
  {
    name: "a key that is too long",
    body: after(record("a", { id: "x".repeat(1_025) }, ["id"])),
    status: 422,
    code: "invalid-records",
    error: { line: 5, stream: "a", field: "id" },
  },
  {
    name: "transit's not-a-number",
    body: transit('["^ ","type","RECORD","stream","a","record",["^ ","x","~zNaN"]]'),
    status: 422,
    code: "invalid-records",
    error: { line: 4, stream: "a", field: "x" },
  },
  {
    name: "an unknown transit tag",
    body: transit('["^ ","type","RECORD","stream","a","record",["^ ","x",["~#point",[1,2]]]]'),
    status: 422,
    code: "invalid-records",
    error: { line: 4, stream: "a", field: "x" },
  },
  {
    name: "a composite map key as a column",
    body: transit('["^ ","type","RECORD","stream","a","record",["^ ","x",["~#cmap",[[1],2]]]]'),
    status: 422,
    code: "invalid-records",
    error: { line: 4, stream: "a", field: "x" },
  },
  {
    name: "more values than a record may have",
    body: after(record("a", { x: Array(10_001).fill(0) })),
    status: 422,
    code: "invalid-records",
    error: { line: 5, stream: "a", field: "x" },
  },
  {
    name: "bytes that are not UTF-8",
    body: Buffer.concat([
      Buffer.from(after()),
      Buffer.from('{"type":"RECORD","stream":"a","record":{"x":"\xff"}}\n', "latin1"),
    ]),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a", field: "x", message: /UTF-8/ },
  },
  {
    name: "a map that holds a name twice",
    body: after('{"type":"RECORD","stream":"a","record":{"x":1,"x":2}}'),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "a value nested too deep",
    body: after(`{"type":"RECORD","stream":"a","record":{"x":${"[".repeat(200)}${"]".repeat(200)}}}`),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a", field: "x" },
  },
  {
    name: "a schema that is not valid",
    body: after({ type: "SCHEMA", stream: "a", schema: { type: "orange" } }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a", message: /not a valid JSON Schema/ },
  },
  {
    name: "a schema with a remote reference",
    body: after({ type: "SCHEMA", stream: "a", schema: { $ref: "https://example.com/schema.json" } }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a", message: /nothing is fetched/ },
  },
  {
    name: "a schema too large",
    body: after({ type: "SCHEMA", stream: "a", schema: { description: "x".repeat(2 * 1024 * 1024) } }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a", message: /more than 2097152/ },
  },
  {
    name: "a schema that is not an object",
    body: after({ type: "SCHEMA", stream: "a", schema: [] }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "a SCHEMA without its schema",
    body: after({ type: "SCHEMA", stream: "a" }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "key_properties that are not names",
    body: after({ type: "SCHEMA", stream: "a", schema: {}, key_properties: "id" }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "a version that is not valid",
    body: after({ type: "ACTIVATE_VERSION", stream: "a", version: "new" }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "an activation without a version",
    body: after({ type: "ACTIVATE_VERSION", stream: "a" }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "a time_extracted without its zone",
    body: after({ type: "RECORD", stream: "a", record: {}, time_extracted: "2026-11-23T12:00:00" }),
    status: 400,
    code: "malformed",
    error: { line: 5, stream: "a" },
  },
  {
    name: "a reserved name",
    body: after({ type: "RECORD", stream: "a", record: { _sdc_batched_at: 1 } }),
    status: 422,
    code: "invalid-records",
    error: { line: 5, stream: "a", field: "_sdc_batched_at", message: /reserves/ },
  },
  {
    name: "a record that violates its schema",
    body: after({
      type: "RECORD",
      stream: "a",
      schema: { properties: { n: { type: "object", properties: { at: { format: "date-time" } } } } },
      record: { n: { at: "2026-11-23" } },
    }),
    status: 422,
    code: "invalid-records",
    error: { line: 5, stream: "a", field: "n", message: /at must match format "date-time"/ },
  },
  {
    name: "a bookmark too large",
    body: jsonline(good, bookmark("x".repeat(1024 * 1024))),
    status: 413,
    code: "bookmark-too-large",
    error: { line: 5 },
  },
  {
    name: "broken gzip",
    body: gzipSync(jsonline(good)).subarray(0, -9),
    status: 400,
    code: "broken-gzip",
    headers: { "content-encoding": "gzip", "content-type": "application/octet-stream" },
  },
  {
    name: "bytes after the end of gzip",
    body: Buffer.concat([gzipSync(jsonline(good)), Buffer.from("more")]),
    status: 400,
    code: "broken-gzip",
    headers: { "content-encoding": "gzip", "content-type": "application/octet-stream" },
  },
  {
    name: "a gzip bomb",
    body: gzipSync(Buffer.alloc(32 * 1024 * 1024)),
    status: 413,
    code: "inflated-too-large",
    headers: { "content-encoding": "gzip", "content-type": "application/octet-stream" },
  },
  {
    name: "gzip that was decoded as text",
    body: gzipSync(jsonline(good)),
    status: 415,
    code: "unsupported-encoding",
    headers: { "content-encoding": "gzip", "content-type": "application/json" },
  },
  {
    name: "brotli",
    body: "x",
    status: 415,
    code: "unsupported-encoding",
    headers: { "content-encoding": "br" },
  },
  {
    name: "a body larger than Lambda accepts",
    body: Buffer.alloc(5_500_000, " "),
    status: 413,
    code: "body-too-large",
  },
  {
    name: "a body larger than API Gateway accepts",
    body: Buffer.alloc(11_000_000, " "),
    status: 413,
    code: "body-too-large",
  },
  { name: "a body too large", body: Buffer.alloc(4_500_001, " "), status: 413, code: "body-too-large" },
];

describe("a body that can't be persisted gets a clear answer and leaves nothing behind", () => {
  it.each(refusals)("$name: $status $code", async ({ body, status, code, error, headers }) => {
    const streamer = `refused-${refusals.findIndex(each => each.body === body)}`;
    const response = await post(stack(), streamer, body, headers);
    const problem = (await response.json()) as Record<string, unknown> & { errors?: object[] };
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect({ status: response.status, ...problem }).toMatchObject({
      status,
      code,
      instance: `/v1/streamers/${streamer}`,
    });
    if (error !== undefined) {
      const { message, ...place } = error;
      expect(problem.errors).toHaveLength(1);
      expect(problem.errors![0]).toMatchObject(place);
      if (message !== undefined)
        expect(problem.errors![0]).toMatchObject({ message: expect.stringMatching(message) });
    }
    if (status === 413) expect(problem.limit).toBeGreaterThan(0);
    if (code === "body-too-large" || code === "bookmark-too-large")
      expect(problem.actual).toBeGreaterThan(problem.limit as number);
    if (code !== "body-too-large") expect(problem.archive).toMatch(/^s3:\/\/.*\/raw\/refused/);
    expect((await getBookmark(stack(), streamer)).status).toBe(404);
    await expect(rows(stack(), "select * from never")).rejects.toThrow();
  });

  it("reports all faults of a body together: it names the first hundred and counts the rest", async () => {
    const lines = Array.from({ length: 150 }, (_, i) => (i % 2 === 0 ? record("a", {}, ["id"]) : "{"));
    const response = await post(stack(), "many", jsonline(...lines));
    const problem = (await response.json()) as {
      code: string;
      errors: { line: number }[];
      errorsTotal: number;
    };
    expect(problem).toMatchObject({ code: "malformed", errorsTotal: 150 });
    expect(problem.errors.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, i) => i + 4));
  });

  it("counts at most ten thousand faults of all kinds", async () => {
    const response = await post(stack(), "most", jsonline(...Array(10_100).fill(record("a", {}, ["id"]))));
    expect(await response.json()).toMatchObject({ code: "invalid-records", errorsTotal: 10_000 });
  });

  it.each(["Drift", "-drift", "dr ift", "a".repeat(65), "../drift"])(
    "a streamer may not be named %s",
    async name => {
      const response = await post(stack(), encodeURIComponent(name), jsonline(good));
      expect(await response.json()).toMatchObject({ status: 400, code: "bad-streamer-name" });
    },
  );
});

describe("a caller without the right token", () => {
  it.each([
    ["none", ""],
    ["a wrong one", "Bearer wrong"],
    ["another scheme", "Basic YTphLXRva2Vu"],
    ["the token alone", "a-token"],
  ])("%s: 401 with the same message", async (_name, authorization) => {
    const response = await post(stack(), "drift", jsonline(good), { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.json()).toMatchObject({
      code: "unauthorized",
      hint: expect.stringContaining("Send `Authorization: Bearer <token>`"),
    });
    expect((await getBookmark(stack(), "drift", { authorization })).status).toBe(401);
  });
});
