import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { listen } from "../../infra/local/listen.ts";
import { type Step, startScriptedServer } from "../import-api/scripted-server.ts";
import { bookmark, getBookmark, jsonline, post, record, startTestStack } from "./local-stack.ts";

/** AWS's parts in trouble, and a delivery that is overtaken. */
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

async function scripted(...steps: [Step, ...Step[]]) {
  const server = await startScriptedServer(steps);
  open.push(server);
  return server;
}

async function stackIn(
  env: Record<string, string>,
  clock = { now: Date.now, sleep: () => Promise.resolve() },
) {
  const stack = await startTestStack(env, { clock });
  open.push(stack);
  return stack;
}

const body = (value: unknown) => jsonline(record("t", { id: 1 }, ["id"]), bookmark(value));
const down: Step = { status: 503, body: "" };

describe("trouble in AWS", () => {
  it("an archive that can't be written: 503, and nothing is forwarded", async () => {
    const api = await scripted({ status: 201 });
    const s3 = await scripted(down);
    const stack = await stackIn({ IMPORT_API_URL: api.url, AWS_ENDPOINT_URL_S3: s3.url });
    const response = await post(stack, "trouble", body(1));
    expect(await response.json()).toMatchObject({ status: 503, code: "archive-unavailable" });
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(s3.requests.length).toBeGreaterThan(1);
    expect(api.requests).toHaveLength(0);
  });

  it("a table that does not answer: 503, archived, and nothing is forwarded", async () => {
    const api = await scripted({ status: 201 });
    const dynamodb = await scripted({ status: 200, body: "{}" }, { status: 500, body: "{}" });
    const stack = await stackIn({ IMPORT_API_URL: api.url, AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url });
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

describe("a delivery whose time is over", () => {
  it("can't commit once another has taken the streamer over, and says so", async () => {
    /** How often the clock is still ahead: when the second delivery comes, and when it asks whether the first one's lease is over. */
    let ahead = 0;
    let overtaking: Promise<Response> | undefined;
    const api = createServer(async (message, response) => {
      for await (const _ of message);
      if (overtaking === undefined) {
        ahead = 2;
        overtaking = post(stack, "overtaken", body("second"));
        expect((await overtaking).status).toBe(200);
      }
      response.writeHead(201).end();
    });
    const listening = await listen(api);
    open.push(listening);
    const clock = { now: () => Date.now() + (ahead-- > 0 ? 60_000 : 0), sleep: () => Promise.resolve() };
    const stack = await stackIn({ IMPORT_API_URL: listening.url }, clock);
    const first = await post(stack, "overtaken", body("first"));
    expect(await first.json()).toMatchObject({ status: 409, code: "lease-lost" });
    expect(await (await getBookmark(stack, "overtaken")).text()).toBe('"second"');
  });
});
