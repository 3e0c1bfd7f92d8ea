import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startDynamodb } from "../../infra/local/dynamodb.ts";
import { listen } from "../../infra/local/listen.ts";
import { createToken, listTokens, revokeToken } from "../../infra/tokens/tokens.ts";
import {
  bookmark,
  jsonline,
  type LocalStack,
  token as ownerToken,
  record,
  startTestStack,
} from "./local-stack.ts";
import { tokenTableOf } from "./stack-file.ts";

/** The day of a token's last use is recorded during a request, whose answer does not depend on it. */
let stack: LocalStack;
let table: { url: string; close(): Promise<void> };
let proxy: { url: string; close(): Promise<void> };
let dir: string;
/** Answers an UpdateItem, if set; otherwise the table does. */
let fate: ((message: IncomingMessage, response: ServerResponse) => void) | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-token-use-"));
  table = await startDynamodb({ dir });
  proxy = await listen(
    createServer((message, response) => {
      if (fate !== undefined && /UpdateItem$/.test(String(message.headers["x-amz-target"])))
        return fate(message.resume(), response);
      const { method, url, headers } = message;
      const { hostname, port } = new URL(table.url);
      const passed = request({ hostname, port, path: url, method, headers }, answer =>
        answer.pipe(response.writeHead(answer.statusCode!, answer.headers)),
      );
      message.pipe(passed);
    }),
  );
  stack = await startTestStack({ AWS_ENDPOINT_URL_DYNAMODB: proxy.url });
  expect((await ask(ownerToken, "POST")).status).toBe(200);
});
afterAll(async () => {
  await stack.close();
  await proxy.close();
  await table.close();
  await rm(dir, { recursive: true, force: true });
});

let logged: string[];
beforeEach(() => {
  logged = [];
  vi.spyOn(process.stderr, "write").mockImplementation(text => logged.push(String(text)) > 0);
});
afterEach(() => {
  fate = undefined;
  vi.restoreAllMocks();
});

async function withToken<T>(work: (token: string) => Promise<T>): Promise<T> {
  const place = await tokenTableOf(stack);
  const { token, id } = await createToken(
    { streamer: "s", scopes: ["write", "read", "admin"], validUntil: undefined },
    place,
  );
  try {
    return await work(token);
  } finally {
    await revokeToken(id, place);
  }
}

const ask = (token: string, method: string, path = "") =>
  fetch(`${stack.url}/v1/streamers/s${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(method === "POST" && { body: jsonline(record("t", { id: 1 }, ["id"]), bookmark(1)) }),
  });

const failing = (status: number, type: string) => (_: IncomingMessage, response: ServerResponse) =>
  response
    .writeHead(status, { "content-type": "application/x-amz-json-1.0" })
    .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "at_secret" }));

it("is recorded during a delivery", async () => {
  await withToken(async token => {
    expect((await ask(token, "POST")).status).toBe(200);
    const [listed] = await listTokens(await tokenTableOf(stack));
    expect(listed?.usedOn).toBe(new Date().toISOString().slice(0, 10));
  });
  expect(logged).toEqual([]);
});

describe.each([
  ["denied", failing(400, "AccessDeniedException")],
  ["throttled", failing(400, "ProvisionedThroughputExceededException")],
  ["down", failing(500, "InternalServerError")],
])("an update that is %s", (_, how) => {
  it.each([
    ["POST", ""],
    ["GET", "/bookmark"],
    ["GET", "/deliveries"],
  ])("does not affect %s %s", async (method, path) => {
    await withToken(async token => {
      fate = how;
      expect((await ask(token, method, path)).status).toBe(200);
    });
  });
});

it("an update that fails is logged, without the table's message", async () => {
  let failed: () => void;
  const hasFailed = new Promise<void>(resolve => {
    failed = resolve;
  });
  await withToken(async token => {
    fate = (message, response) => {
      response.once("finish", failed);
      failing(400, "AccessDeniedException")(message, response);
    };
    expect((await ask(token, "POST")).status).toBe(200);
    await hasFailed;
  });
  expect(logged.map(line => JSON.parse(line) as object)).toMatchObject([
    { level: "WARN", message: expect.stringContaining("last use"), cause: "AccessDeniedException" },
  ]);
  expect(logged.join()).not.toContain("at_secret");
});

it.each([
  ["POST", ""],
  ["GET", "/bookmark"],
])("an update that hangs is aborted once the answer to %s %s is ready", async (method, path) => {
  await withToken(async token => {
    let begun = 0;
    const aborted: Promise<void>[] = [];
    fate = (_, response) => {
      begun++;
      aborted.push(new Promise(resolve => response.once("close", resolve)));
    };
    expect((await ask(token, method, path)).status).toBe(200);
    await Promise.all(aborted);
    // A read may be answered before the update has reached the table; on a busy machine the SDK retries it.
    if (method === "POST") expect(begun).toBeGreaterThan(0);
  });
  expect(logged).toEqual([]);
});
