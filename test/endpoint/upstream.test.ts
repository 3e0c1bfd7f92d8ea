import { afterEach, describe, expect, it } from "vitest";
import { readSettings } from "../../infra/local/settings.ts";
import { type ScriptedServer, type Step, startScriptedServer } from "../import-api/scripted-server.ts";
import {
  bookmark,
  getBookmark,
  jsonline,
  type LocalStack,
  post,
  record,
  startTestStack,
  token,
  transit,
} from "./local-stack.ts";

/** Tests what a scripted Import API receives, and what happens to a delivery when it fails. */
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

const accepted: Step = { status: 201, body: '{"status":"OK","message":"Batch Accepted!"}' };
const rejected: Step = { status: 400, body: '{"error":"Record 0 did not conform to schema"}' };
const unavailable: Step = { status: 503, body: "<html>down</html>" };

async function stackWith(...steps: [Step, ...Step[]]): Promise<{ stack: LocalStack; api: ScriptedServer }> {
  return stackIn(undefined, ...steps);
}

async function stackIn(ingestMilliseconds: number | undefined, ...steps: [Step, ...Step[]]) {
  const api = await startScriptedServer(steps);
  const env = { IMPORT_API_URL: api.url, STITCH_CLIENT_ID: "77", STITCH_TOKEN: "at_x" };
  const stack = await startTestStack(env, ingestMilliseconds === undefined ? {} : { ingestMilliseconds });
  open.push(stack, api);
  return { stack, api };
}

const sent = (api: ScriptedServer) =>
  api.requests.map(({ method, path, headers, body }) => ({
    method,
    path,
    contentType: headers["content-type"],
    authorization: headers.authorization,
    body: body.toString(),
  }));

/** Bodies of three batches: 50,000 records, with a bookmark after every 5,000. */
const threeBatches = () =>
  jsonline(
    ...Array.from({ length: 50_000 }, (_, i) => [
      record("many", { id: i }, ["id"]),
      ...(i % 5_000 === 4_999 ? [bookmark(i)] : []),
    ]).flat(),
  );

describe("the Import API receives", () => {
  it("upserts of JSON lines at /push, with each record's text unchanged", async () => {
    const { stack, api } = await stackWith(accepted);
    const line =
      '{"type":"RECORD","stream":"s","key_fields":["id"],"record":{"id": 9007199254740993, "x":1.10}}';
    await post(stack, "pushed", jsonline(line, line));
    const [request, ...others] = sent(api);
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      method: "POST",
      path: "/v2/import/push",
      contentType: "application/json",
      authorization: "Bearer at_x",
    });
    const [first, second] = [...request!.body.matchAll(/"sequence":(\d+)/g)].map(([, digits]) =>
      BigInt(digits!),
    );
    expect(request!.body).toBe(
      `[${[first, second].map(
        sequence =>
          `{"client_id":77,"table_name":"s","sequence":${sequence},"action":"upsert",` +
          '"key_names":["id"],"data":{"id": 9007199254740993, "x":1.10}}',
      )}]`,
    );
    expect(String(first)).toMatch(/^\d{19}$/);
    expect(second).toBe(first! + 1n);
  });

  it("upserts of transit at /push as transit without cache codes", async () => {
    const { stack, api } = await stackWith(accepted);
    const line =
      '["^ ","type","RECORD","stream","~~s","key_fields",["id"],"record",["^ ","id",' +
      '"~i9007199254740993","^0",["^ ","^1","~m0"]]]';
    await post(stack, "pushed", transit(line));
    const [request] = sent(api);
    expect(request).toMatchObject({ path: "/v2/import/push", contentType: "application/transit+json" });
    expect(request!.body.replace(/~i\d{19}"/, '~iN"')).toBe(
      '[["^ ","client_id",77,"table_name","~~s","sequence","~iN","action","upsert","key_names",["id"],' +
        '"data",["^ ","id","~i9007199254740993","type",["^ ","stream","~m0"]]]]',
    );
  });

  it("records without keys at /batch, one table per request, with the schema of their values", async () => {
    const { stack, api } = await stackWith(accepted);
    const records = [
      { a: 1, n: null, at: [{ x: "t" }] },
      { a: 2.5, n: true, big: 1 },
    ];
    await post(
      stack,
      "appended",
      jsonline(record("one", records[0]!), record("two", {}), record("one", records[1]!)),
    );
    expect(sent(api).map(({ path }) => path)).toEqual(["/v2/import/batch", "/v2/import/batch"]);
    const bodies = sent(api).map(({ body }) => JSON.parse(body) as { messages: { data: object }[] });
    expect(bodies[0]!.messages.map(({ data }) => data)).toEqual(records);
    expect(bodies).toMatchObject([
      {
        table_name: "one",
        schema: {
          type: "object",
          properties: {
            a: { type: "number" },
            n: { type: ["null", "boolean"] },
            at: { type: "array", items: { type: "object", properties: { x: { type: "string" } } } },
            big: { type: "integer" },
          },
        },
        messages: [{ action: "upsert" }, { action: "upsert" }],
      },
      { table_name: "two", schema: { type: "object" }, messages: [{ data: {} }] },
    ]);
  });

  it("batches of at most 20,000 records and 4,000,000 bytes, or one larger record", async () => {
    const { stack, api } = await stackWith(accepted);
    const large = { id: 1, text: "x".repeat(1_400_000) };
    const huge = { id: 2, text: "x".repeat(4_100_000) };
    await post(stack, "counted", threeBatches());
    await post(
      stack,
      "sized",
      jsonline(record("l", large, ["id"]), record("l", large, ["id"]), record("l", large, ["id"])).slice(
        0,
        -1,
      ),
    );
    await post(
      stack,
      "alone",
      jsonline(record("h", { id: 1 }, ["id"]), record("h", huge, ["id"]), record("h", { id: 3 }, ["id"])),
    );
    const sizes = api.requests.map(({ body }) => (JSON.parse(body.toString()) as object[]).length);
    expect(sizes).toEqual([20_000, 20_000, 10_000, 2, 1, 1, 1, 1]);
  });

  it("halves of a batch that it finds too large, with the same sequences", async () => {
    const { stack, api } = await stackWith({ status: 413, body: "<html>too large</html>" }, accepted);
    const response = await post(
      stack,
      "halved",
      jsonline(...[1, 2, 3].map(id => record("h", { id }, ["id"]))),
    );
    expect(await response.json()).toMatchObject({ batches: 2 });
    const sequences = sent(api).map(({ body }) =>
      [...body.matchAll(/"sequence":(\d+)/g)].map(([, digits]) => digits),
    );
    expect(sequences[0]).toEqual([...sequences[1]!, ...sequences[2]!]);
  });

  it("the same bytes again on 429, 5xx and dropped connections", async () => {
    const { stack, api } = await stackWith(
      { status: 429, headers: { "retry-after": "1" } },
      unavailable,
      "drop-before",
      "drop-after-body",
      accepted,
    );
    const response = await post(stack, "retried", jsonline(record("r", { id: 1 }, ["id"]), bookmark(1)));
    expect(await response.json()).toMatchObject({ records: 1, bookmark: 1 });
    const bodies = new Set(sent(api).flatMap(({ body }) => (body === "" ? [] : [body])));
    expect([api.requests.length, bodies.size]).toEqual([5, 1]);
  });

  it("sequences that rise from delivery to delivery", async () => {
    const { stack, api } = await stackWith(accepted);
    for (let i = 0; i < 3; i++) await post(stack, "rising", jsonline(record("r", { id: 1 }, ["id"])));
    const sequences = sent(api).map(({ body }) => BigInt(/"sequence":(\d+)/.exec(body)![1]!));
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => (a < b ? -1 : 1)));
  });
});

describe("no bookmark ahead of its records", () => {
  it("if a third batch fails: the last bookmark before it is committed, and no later one", async () => {
    const { stack } = await stackWith(accepted, accepted, unavailable);
    const response = await post(stack, "third", threeBatches());
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: "unavailable", bookmark: 39_999, revision: 1 });
    expect(await (await getBookmark(stack, "third")).text()).toBe("39999");
  });

  it.each([
    ["first", [rejected, accepted], 2],
    ["second", [accepted, rejected], 3],
  ] as const)("if the %s half of a batch is rejected", async (_, halves, requests) => {
    const { stack, api } = await stackWith({ status: 413 }, ...halves);
    const records = [1, 2, 3].map(id => record("h", { id }, ["id"]));
    const response = await post(stack, "halved", jsonline(...records, bookmark(1)));
    expect([response.status, api.requests.length]).toEqual([502, requests]);
    expect((await getBookmark(stack, "halved")).status).toBe(404);
  });

  it("if a batch is rejected: the error has the reason, the lines, and the bookmark", async () => {
    const { stack, api } = await stackWith(accepted, {
      status: 400,
      body: '{"error":"Record 1 did not conform to schema:\\n#/x: expected"}',
    });
    const lines = [
      record("k", { id: 1 }, ["id"]),
      bookmark("safe"),
      record("free", { x: 1 }),
      record("free", { x: 2 }),
      bookmark("unsafe"),
    ];
    const response = await post(stack, "rejected", jsonline(...lines));
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      code: "rejected",
      bookmark: "safe",
      detail: expect.stringContaining("lines 6 to 7"),
      errors: [{ line: 7, stream: "free", message: expect.stringContaining("#/x: expected") }],
    });
    expect(api.requests).toHaveLength(2);
    expect(await (await getBookmark(stack, "rejected")).text()).toBe('"safe"');
  });

  it("if the first batch fails: nothing is committed, and the next delivery may begin at once", async () => {
    const { stack } = await stackWith({ status: 401, body: '{"message":"Not Authorized"}' }, accepted);
    const body = jsonline(record("k", { id: 1 }, ["id"]), bookmark(1));
    const response = await post(stack, "first", body);
    expect(await response.json()).toMatchObject({ status: 502, code: "rejected", revision: 0 });
    expect((await getBookmark(stack, "first")).status).toBe(404);
    expect(await (await post(stack, "first", body)).json()).toMatchObject({ revision: 1, bookmark: 1 });
  });

  it("if the Import API never answers: the same bytes are sent again, and 504 comes in time", async () => {
    const { stack, api } = await stackIn(7_500, accepted, "hang");
    const body = (id: number) => jsonline(record("k", { id }, ["id"]), bookmark(id));
    await post(stack, "hanging", body(1));
    const response = await post(stack, "hanging", body(2));
    expect(await response.json()).toMatchObject({
      status: 504,
      code: "out-of-time",
      revision: 1,
      bookmark: 1,
    });
    const [, ...attempts] = sent(api);
    expect(attempts.length).toBeGreaterThanOrEqual(2);
    expect(new Set(attempts.map(({ body }) => body)).size).toBe(1);
    expect(await (await getBookmark(stack, "hanging")).text()).toBe("1");
  });

  it("if a request hangs: it is retried within the delivery", async () => {
    const { stack, api } = await stackIn(9_000, "hang", accepted);
    const response = await post(stack, "hung", jsonline(record("k", { id: 1 }, ["id"]), bookmark(1)));
    expect(await response.json()).toMatchObject({ revision: 1, bookmark: 1 });
    const [first, second, ...more] = sent(api);
    expect([first!.body === second!.body, more]).toEqual([true, []]);
  });

  it("with two deliveries at once: the second one gets the id of the first", async () => {
    const { stack, api } = await stackWith("hang");
    const body = jsonline(record("k", { id: 1 }, ["id"]));
    const first = post(stack, "busy", body);
    await api.received(1, first);
    const second = await post(stack, "busy", body);
    expect(await second.json()).toMatchObject({
      status: 409,
      code: "delivery-in-flight",
      inFlight: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    await api.close();
    await first;
  });

  it.each([301, 302, 303, 307, 308])("after a redirect of %d, which is not followed", async status => {
    const elsewhere = await startScriptedServer([accepted]);
    open.push(elsewhere);
    const { stack, api } = await stackWith({
      status,
      headers: { location: `${elsewhere.url}/v2/import/push` },
    });
    const response = await post(stack, "redirected", jsonline(record("k", { id: 1 }, ["id"]), bookmark(1)));
    expect(response.status).toBe(502);
    expect([api.requests.length, elsewhere.requests.length]).toEqual([1, 0]);
    expect((await getBookmark(stack, "redirected")).status).toBe(404);
  });

  it.each([
    ["text", "\u001b[31mred\u001b[0m \u009b1m\r\n\u0000"],
    ["a page", "<script>alert(1)</script><b onclick=x>"],
    ["JSON", '{"error":"\\u001b[2J\\u0007 \\u0000"}'],
    ["bytes that are not text", Buffer.from([0xff, 0xfe, 0x1b, 0x5b])],
  ])(
    "with an error body of 50 MB, %s: at most 1,000 characters are kept, without control characters",
    async (_, part) => {
      const endless = Buffer.alloc(50_000_000, part);
      const { stack } = await stackWith({ status: 400, body: endless });
      const response = await post(stack, "spoken", jsonline(record("k", { id: 1 }, ["id"])));
      const text = await response.text();
      expect(response.status).toBe(502);
      expect(text.length).toBeLessThan(4_000);
      const { detail, errors } = JSON.parse(text) as { detail: string; errors: { message: string }[] };
      for (const said of [detail, errors[0]!.message]) {
        expect(said.length).toBeLessThan(1_500);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the test asserts their absence
        expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|<script/);
      }
    },
  );

  it("the token is never returned to the caller", async () => {
    const { stack } = await stackWith({ status: 400, body: "you sent at_x" });
    const response = await post(stack, "secret", jsonline(record("k", { id: 1 }, ["id"])));
    const text = await response.text();
    expect(text).toContain("you sent");
    expect(text).not.toContain("at_x");
    expect(text).not.toContain(token);
  });
});

describe("settings", () => {
  it("are checked together: all faults are reported at once", () => {
    expect(() => readSettings({ PORT: "x", STITCH_CLIENT_ID: "-1", IMPORT_API_URL: "nowhere" })).toThrow(
      /PORT.*\n.*IMPORT_API_URL.*\n.*STITCH_CLIENT_ID/,
    );
  });

  it("let other machines in only with a token of one's own", () => {
    expect(() => readSettings({ PERSISTER_HOST: "0.0.0.0" })).toThrow(
      /^PERSISTER_TOKEN: A secret is required/,
    );
    expect(() => readSettings({ PERSISTER_HOST: "here" })).toThrow(
      'PERSISTER_HOST: it must be an IP address, or localhost, not "here".',
    );
    const settings = readSettings({ PERSISTER_HOST: "0.0.0.0", PERSISTER_TOKEN: "secret" });
    expect(settings).toMatchObject({ host: "0.0.0.0", token: "secret" });
    for (const PERSISTER_HOST of ["127.0.0.1", "::1", "localhost", ""])
      expect(readSettings({ PERSISTER_HOST }).token).toBe("local-token");
  });
});
