import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamodb } from "../../infra/local/dynamodb.ts";
import { listen } from "../../infra/local/listen.ts";
import { startS3 } from "../../infra/local/s3/s3.ts";
import { type Step, startScriptedServer } from "../import-api/scripted-server.ts";
import { type Flake, startFlakyProxy } from "./flaky-proxy.ts";
import { bookmark, getBookmark, jsonline, post, record, startTestStack } from "./local-stack.ts";
import { startScriptedTable } from "./scripted-table.ts";

/** Failures of AWS's services, and a superseded delivery. */
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

async function scripted(...steps: [Step, ...Step[]]) {
  const server = await startScriptedServer(steps);
  open.push(server);
  return server;
}

/** Retries wait for the end of an outage. */
const short = { ingestMilliseconds: 8_000 };
const clock = { now: Date.now, sleep: () => Promise.resolve() };

async function stackIn(env: Record<string, string>, variant = {}) {
  const stack = await startTestStack(env, { clock, ...variant });
  open.push(stack);
  return stack;
}

const body = (value: unknown) => jsonline(record("t", { id: 1 }, ["id"]), bookmark(value));
const down: Step = { status: 503, body: "" };

describe("an outage in AWS", () => {
  it("of the archive: 503, and nothing is forwarded", async () => {
    const api = await scripted({ status: 201 });
    const s3 = await scripted(down);
    const stack = await stackIn({ IMPORT_API_URL: api.url, AWS_ENDPOINT_URL_S3: s3.url }, short);
    const response = await post(stack, "trouble", body(1));
    expect(await response.json()).toMatchObject({ status: 503, code: "archive-unavailable" });
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(s3.requests.length).toBeGreaterThan(1);
    expect(api.requests).toHaveLength(0);
  });

  it("of the table: 503, the body is archived, and nothing is forwarded", async () => {
    const api = await scripted({ status: 201 });
    const dynamodb = await startScriptedTable({ status: 500, body: "{}" });
    open.push(dynamodb);
    const env = { IMPORT_API_URL: api.url, AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url };
    const stack = await stackIn(env, short);
    const response = await post(stack, "trouble", body(1));
    expect(await response.json()).toMatchObject({
      status: 503,
      code: "store-unavailable",
      archive: expect.stringMatching(/^s3:/),
    });
    expect(api.requests).toHaveLength(0);
    expect((await getBookmark(stack, "trouble")).status).toBe(503);
  });
});

/** A stack whose table or archive is behind a proxy that fails the first calls according to the script. */
async function stackBehind(
  part: "s3" | "dynamodb",
  script: Flake[],
  isFlaky: (message: IncomingMessage) => boolean,
) {
  const dir = await mkdtemp(join(tmpdir(), "persister-flaky-"));
  const embedded = part === "s3" ? await startS3({ dir }) : await startDynamodb({ dir });
  const proxy = await startFlakyProxy(embedded.url, script, isFlaky);
  open.push(proxy, embedded, { close: () => rm(dir, { recursive: true, force: true }) });
  const api = await scripted({ status: 201 });
  const variable = part === "s3" ? "AWS_ENDPOINT_URL_S3" : "AWS_ENDPOINT_URL_DYNAMODB";
  return { stack: await stackIn({ IMPORT_API_URL: api.url, [variable]: proxy.url }), api, proxy };
}

const throttled = (passedOn: boolean): Flake => ({
  status: 400,
  body: '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}',
  passedOn,
});
const broken = (passedOn: boolean): Flake => ({ status: 500, body: "{}", passedOn });
/**
 * docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: "409 Conflict … you can retry the
 * upload".
 */
const conflict = (passedOn: boolean): Flake => ({
  status: 409,
  body: "<Error><Code>ConditionalRequestConflict</Code><Message>again</Message></Error>",
  passedOn,
});
const puts = ({ headers }: IncomingMessage) => /PutItem$/.test(String(headers["x-amz-target"]));

describe("a transient failure", () => {
  it.each([
    ["throttled", throttled(false)],
    ["broken", broken(false)],
    ["done, with its answer lost", broken(true)],
  ])("of a write to the table that is %s is retried, and the write counts once", async (_name, flake) => {
    const { stack, api, proxy } = await stackBehind("dynamodb", [flake, flake, flake], puts);
    const response = await post(stack, "flaky", body(1), { "idempotency-key": "k" });
    expect(await response.json()).toMatchObject({ revision: 1, bookmark: 1 });
    expect([proxy.met(), api.requests.length]).toEqual([3, 1]);
  });

  it("of the table that outlasts the SDK's retries delays the delivery", async () => {
    const script = Array.from({ length: 6 }, () => broken(false));
    const { stack, proxy } = await stackBehind("dynamodb", script, puts);
    const response = await post(stack, "blip", body(1));
    expect(await response.json()).toMatchObject({ revision: 1, bookmark: 1 });
    expect(proxy.met()).toBe(6);
  });

  it.each([
    ["broken", broken(false)],
    ["done, with its answer lost", broken(true)],
    ["in conflict with another write", conflict(false)],
    ["in conflict with its own first attempt", conflict(true)],
  ])(
    "of a write to the archive that is %s is retried, and the object is written once",
    async (_name, flake) => {
      const isPut = ({ method }: IncomingMessage) => method === "PUT";
      const { stack, api, proxy } = await stackBehind("s3", [flake, flake], isPut);
      const response = await post(stack, "flaky", body(1));
      expect(await response.json()).toMatchObject({ revision: 1, bookmark: 1 });
      expect([proxy.met(), api.requests.length]).toEqual([2, 1]);
    },
  );

  it("of the table during the commit: 503, and the same key gets the result later", async () => {
    let writes = 0;
    let isDown = true;
    const commits = (message: IncomingMessage) => puts(message) && ++writes > 4 && isDown;
    const always = Array.from({ length: 10_000 }, () => broken(true));
    const { stack, api } = await stackBehind("dynamodb", always, commits);
    const lost = await post(stack, "late", body(1), { "idempotency-key": "k" });
    expect(await lost.json()).toMatchObject({ status: 503, code: "store-unavailable" });
    isDown = false;
    const again = await post(stack, "late", body(1), { "idempotency-key": "k" });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await again.json()).toMatchObject({ revision: 1, bookmark: 1 });
    expect(api.requests).toHaveLength(1);
  });
});

describe("a delivery whose lease has expired", () => {
  it("can't commit once another one holds the streamer, and is answered so", async () => {
    const dir = await mkdtemp(join(tmpdir(), "persister-superseded-"));
    const [s3, dynamodb] = await Promise.all([startS3({ dir }), startDynamodb({ dir })]);
    let overtaking: Promise<Response> | undefined;
    const api = createServer(async (message, response) => {
      for await (const _ of message);
      if (overtaking === undefined) {
        overtaking = post(ahead, "superseded", body("second"));
        expect((await overtaking).status).toBe(200);
      }
      response.writeHead(201).end();
    });
    const listening = await listen(api);
    open.push(listening, s3, dynamodb, { close: () => rm(dir, { recursive: true, force: true }) });
    const env = {
      IMPORT_API_URL: listening.url,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    };
    const stack = await stackIn(env);
    // For this clock, the first delivery's lease has expired.
    const clock = { now: () => Date.now() + 60_000, sleep: () => Promise.resolve() };
    const ahead = await startTestStack(env, { clock, ingestMilliseconds: 120_000 });
    open.push(ahead);
    const first = await post(stack, "superseded", body("first"));
    expect(await first.json()).toMatchObject({ status: 409, code: "superseded" });
    expect(await (await getBookmark(stack, "superseded")).text()).toBe('"second"');
  });
});
