import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { s3Objects } from "../../functions/aws/objects.ts";
import { awsStore } from "../../functions/aws/store.ts";
import type { ProblemCode } from "../../functions/http/catalogue-entry.ts";
import { errorCatalogue } from "../../functions/http/error-catalogue.ts";
import { listen } from "../../infra/local/listen.ts";
import type { TokenTable } from "../../infra/tokens/tokens.ts";
import { bookmark, get, jsonline, type LocalStack, post, record, startTestStack } from "./local-stack.ts";
import { tokenTableOf } from "./stack-file.ts";

/** Streamers and deliveries at a glance. */
let stack: LocalStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

const body = (id: number) => jsonline(record("t", { id }, ["id"]), bookmark({ at: id }));
const storeOf = (place: TokenTable) =>
  awsStore({ ...place, s3: s3Objects({ region: "us-east-1" }), bucket: "unused" });
const json = async <T = Record<string, unknown>>(path: string, on = stack) =>
  (await (await get(on, path)).json()) as T;
interface Page {
  readonly next?: string;
  readonly streamers: readonly { readonly streamer: string }[];
  readonly deliveries: readonly { readonly delivery: string; readonly outcome: string }[];
}

describe("streamers", () => {
  it("are listed by name, page by page, to the last", async () => {
    const names = ["a", "b", "b-2", "c", "d"];
    for (const name of [...names].reverse()) await post(stack, name, body(1));
    const seen: string[] = [];
    let after = "";
    do {
      const page = await json<Page>(`/v1/streamers?limit=2${after && `&after=${after}`}`);
      seen.push(...page.streamers.map(({ streamer }) => streamer));
      after = page.next ?? "";
    } while (after !== "");
    expect(seen).toEqual(names);
  });

  it("have their revision, their bookmark with its age, and their last delivery", async () => {
    await post(stack, "seen", body(1));
    const sent = await post(stack, "seen", body(2));
    const { delivery } = (await sent.json()) as { delivery: string };
    const response = await get(stack, "/v1/streamers/seen");
    expect(response.headers.get("etag")).toBe('"2"');
    expect(await response.json()).toEqual({
      streamer: "seen",
      revision: 2,
      committedAt: expect.stringMatching(/^2\d{3}-.*Z$/),
      bookmarkAge: expect.any(Number),
      staleAt: expect.stringMatching(/^2\d{3}-.*Z$/),
      deliveries: 2,
      records: 2,
      lastCommit: { by: "delivery", delivery },
      bookmark: { at: 2 },
      bookmarkType: "application/json",
      state: "ok",
    });
  });

  it("are found by their state and by the beginning of their names", async () => {
    let now = Date.now();
    const clock = { now: () => now, sleep: async () => {} };
    const on = await startTestStack({}, { clock, ingestMilliseconds: 720_000_000 });
    open.push(on);
    for (const name of ["old", "old-2", "well"]) await post(on, name, body(1));
    const invalid = { type: "RECORD", stream: "t", key_fields: ["id"], record: { name: "no key" } };
    const failed = (await (await post(on, "new", jsonline(invalid))).json()) as { delivery: string };
    const listed = async (query: string) =>
      (await json<Page>(`/v1/streamers?limit=1000${query}`, on)).streamers.map(({ streamer }) => streamer);
    expect(await listed("")).toEqual(["new", "old", "old-2", "well"]);
    expect(await listed("&q=old")).toEqual(["old", "old-2"]);
    expect(await listed("&q=old&after=old")).toEqual(["old-2"]);
    expect(await listed("&state=stale")).toEqual([]);
    expect(await listed("&state=failing")).toEqual(["new"]);
    expect((await json<Page>("/v1/streamers?q=new", on)).streamers[0]).toEqual({
      streamer: "new",
      state: "failing",
      revision: 0,
      deliveries: 0,
      records: 0,
      staleAt: expect.stringMatching(/Z$/),
      lastFailure: {
        at: expect.stringMatching(/Z$/),
        delivery: failed.delivery,
        code: "invalid-records",
        hint: expect.stringMatching(/^Fix/),
        line: 4,
        stream: "t",
        field: "id",
        message: expect.any(String),
      },
    });
    expect(await json("/v1/streamers/new", on)).toMatchObject({ state: "failing", revision: 0 });
    now += 27 * 3_600_000;
    await post(on, "well", body(2));
    expect(await listed("&state=stale")).toEqual(["new", "old", "old-2"]);
    expect(await json("/v1/streamers/old", on)).toMatchObject({ state: "stale" });
    await post(on, "new", body(1));
    expect(await listed("&state=stale")).toEqual(["old", "old-2"]);
    expect(await listed("&state=failing")).toEqual([]);
  });

  it("are stale after twice what is expected and a quarter of an hour, set or by their gaps", async () => {
    let now = Date.now();
    const [minute, hour] = [60_000, 3_600_000];
    const clock = { now: () => now, sleep: async () => {} };
    const on = await startTestStack({}, { clock, ingestMilliseconds: 720_000_000 });
    open.push(on);
    await fetch(`${on.url}/v1/streamers/set/settings`, {
      method: "PUT",
      headers: { authorization: "Bearer a-token", "content-type": "application/json", "if-match": "*" },
      body: '{"expectedEvery":"PT2H"}',
    });
    await post(on, "set", body(1));
    for (let n = 0; n < 4; n++) {
      now += hour;
      await post(on, "hourly", body(n));
    }
    const stateOf = async (name: string) =>
      (await json<{ state: string }>(`/v1/streamers/${name}`, on)).state;
    now += 15 * minute;
    expect([await stateOf("set"), await stateOf("hourly")]).toEqual(["ok", "ok"]);
    now += 2 * minute;
    expect([await stateOf("set"), await stateOf("hourly")]).toEqual(["stale", "ok"]);
    expect((await json<Page>("/v1/streamers?q=set", on)).streamers[0]).toMatchObject({
      state: "stale",
      expectedEvery: "PT2H",
    });
    now += 2 * hour;
    expect(await stateOf("hourly")).toBe("stale");
  });

  it("have a bookmark that ages while deliveries contain none", async () => {
    let now = Date.now();
    const clock = { now: () => now, sleep: async () => {} };
    const aging = await startTestStack({}, { clock, ingestMilliseconds: 720_000_000 });
    open.push(aging);
    await post(aging, "aging", body(1));
    now += 600_000;
    await post(aging, "aging", jsonline(record("t", { id: 2 }, ["id"])));
    expect(await json("/v1/streamers/aging", aging)).toMatchObject({ revision: 2, bookmarkAge: 600 });
    await post(aging, "aging", body(1));
    expect(await json("/v1/streamers/aging", aging)).toMatchObject({ revision: 3, bookmarkAge: 0 });
  });

  it("without a delivery are not found", async () => {
    const response = await get(stack, "/v1/streamers/nobody");
    expect([response.status, await response.json()]).toMatchObject([404, { code: "no-streamer" }]);
  });

  it("show which delivery holds them", async () => {
    let asked: unknown;
    let running: unknown;
    const server = createServer(async (message, response) => {
      for await (const _ of message);
      asked = await json("/v1/streamers/held", held);
      running = await json("/v1/streamers?state=running", held);
      response.writeHead(201).end();
    });
    const api = await listen(server);
    const held = await startTestStack({ IMPORT_API_URL: api.url });
    open.push(held, api);
    const sent = await post(held, "held", body(1), { "persister-segment": "3" });
    const { delivery } = (await sent.json()) as { delivery: string };
    expect(asked).toMatchObject({
      revision: 0,
      deliveries: 0,
      state: "running",
      inFlight: {
        delivery,
        segment: 3,
        since: expect.stringMatching(/Z$/),
        until: expect.stringMatching(/Z$/),
      },
    });
    expect(running).toMatchObject({ streamers: [{ streamer: "held", inFlight: { delivery } }] });
    expect(await json("/v1/streamers?state=running", held)).toEqual({ streamers: [] });
    expect(await json("/v1/streamers/held", held)).not.toHaveProperty("inFlight");
  });
});

it("the status page is served to everybody", async () => {
  const response = await fetch(`${stack.url}/`);
  expect([response.status, response.headers.get("content-encoding")]).toEqual([200, "gzip"]);
  expect(await response.text()).toMatch(/^<!doctype html>\n<html lang="en" data-authorization="token">/);
});

describe("deliveries", () => {
  it("are listed newest first, page by page, with failed ones", async () => {
    const sent: string[] = [];
    for (const text of [body(1), jsonline("{"), body(2), "no header", body(3)]) {
      const answer = (await (await post(stack, "listed", text)).json()) as { delivery: string };
      sent.unshift(answer.delivery);
    }
    const seen: [string, string][] = [];
    let before = "";
    do {
      const page = await json<Page>(
        `/v1/streamers/listed/deliveries?limit=2${before && `&before=${before}`}`,
      );
      seen.push(...page.deliveries.map(({ delivery, outcome }): [string, string] => [delivery, outcome]));
      before = page.next ?? "";
    } while (before !== "");
    const outcomes = ["committed", "failed", "committed", "failed", "committed"];
    expect(seen).toEqual(sent.map((delivery, i) => [delivery, outcomes[i]]));
  });

  it("that were committed have their receipt, with its bookmark", async () => {
    const receipt = (await (await post(stack, "kept", body(1))).json()) as Record<string, unknown>;
    await post(stack, "kept", body(2));
    expect(await json(`/v1/streamers/kept/deliveries/${receipt.delivery as string}`)).toEqual({
      ...receipt,
      receivedAt: expect.stringMatching(/Z$/),
      outcome: "committed",
    });
  });

  it("that failed have the reason, and the place of their bytes", async () => {
    const failed = (await (await post(stack, "failing", jsonline("{"))).json()) as Record<string, unknown>;
    expect(await json(`/v1/streamers/failing/deliveries/${failed.delivery as string}`)).toEqual({
      streamer: "failing",
      delivery: failed.delivery,
      receivedAt: expect.stringMatching(/Z$/),
      outcome: "failed",
      archive: failed.archive,
      code: "malformed",
      detail: failed.detail,
      hint: failed.hint,
    });
  });

  it.each([
    ["unfit-records", "invalid-records"],
    ["overtaken", "superseded"],
  ])("that an earlier version filed as %s are shown as %s", async (stored, code) => {
    const delivery = "019ab000-0000-7000-8000-000000000000";
    const streamer = `filed-${code}`;
    const { log } = storeOf(await tokenTableOf(stack));
    const failure = { code: stored, detail: "line 5" };
    await log.file({ streamer, delivery, at: 0, archive: "s3://b/k", failure }, Date.now() + 60_000);
    const { deliveries } = await json<Page>(`/v1/streamers/${streamer}/deliveries`);
    const { hint } = errorCatalogue[code as "superseded"];
    expect(deliveries).toEqual([
      expect.objectContaining({ outcome: "failed", code, detail: "line 5", hint }),
    ]);
  });

  it("that are replayed under their key don't change", async () => {
    const key = { "idempotency-key": "k" };
    const first = (await (await post(stack, "again", body(1), key)).json()) as { delivery: string };
    await post(stack, "again", body(1), key);
    await post(stack, "again", body(2), key);
    const { deliveries } = await json<Page>("/v1/streamers/again/deliveries");
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(["failed", "committed"]);
    expect(deliveries[1]!.delivery).toBe(first.delivery);
  });

  it("of another streamer, or that don't exist, are not found", async () => {
    const { delivery } = (await (await post(stack, "mine", body(1))).json()) as { delivery: string };
    for (const path of [`theirs/deliveries/${delivery}`, "mine/deliveries/none"]) {
      const response = await get(stack, `/v1/streamers/${path}`);
      expect([response.status, await response.json()]).toMatchObject([404, { code: "no-delivery" }]);
    }
  });
});

describe("days", () => {
  it("count what was committed whole, once, by stream", async () => {
    const key = { "idempotency-key": "k" };
    const records = [
      record("b", { id: 1 }, ["id"]),
      record("a", { id: 1 }, ["id"]),
      record("b", { id: 2 }, ["id"]),
    ];
    await post(stack, "daily", jsonline(...records), key);
    await post(stack, "daily", jsonline(...records), key);
    await post(stack, "daily", jsonline(record("a", { id: 1 }, ["id"]), "{"));
    const { days } = await json<{ days: { date: string }[] }>("/v1/streamers/daily/days");
    const bytes = '{"id":1}'.length;
    expect(days).toEqual([
      {
        date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        records: 3,
        bytes: 3 * bytes,
        streams: [
          { stream: "a", records: 1, bytes },
          { stream: "b", records: 2, bytes: 2 * bytes },
        ],
      },
    ]);
  });

  it("are none of a streamer that has not delivered", async () =>
    expect(await json("/v1/streamers/undelivered/days")).toEqual({ streamer: "undelivered", days: [] }));
});

describe("an error's `type`", () => {
  it("is the URL of its explanation, which needs no token", async () => {
    const url = `${stack.url}/v1/streamers/s`;
    const problem = (await (await fetch(url)).json()) as { type: string; hint: string };
    const page = await fetch(new URL(problem.type, url));
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
    const text = await page.text();
    expect(text).toContain("unauthorized");
    expect(text).toContain(problem.hint);
  });

  it.each(Object.keys(errorCatalogue))("is explained for %s as text and as HTML", async code => {
    const { title } = errorCatalogue[code as ProblemCode];
    for (const accept of ["text/plain", "text/html,application/xhtml+xml,*/*;q=0.8"]) {
      const page = await fetch(`${stack.url}/v1/errors/${code}`, { headers: { accept } });
      expect(page.headers.get("content-type")).toContain(accept.split(",")[0]);
      expect(await page.text()).toContain(title);
    }
  });

  it("answers 404 for a code that does not exist", async () => {
    for (const code of ["nothing", "toString", "%3Cscript%3E"]) {
      const response = await fetch(`${stack.url}/v1/errors/${code}`);
      expect([response.status, await response.json()]).toMatchObject([404, { code: "no-error-code" }]);
    }
  });
});

it.each(["limit=0", "limit=1001", "limit=many", "after=../x", "state=well", "q=A"])(
  "a query of ?%s is refused",
  async query => {
    const response = await get(stack, `/v1/streamers?${query}`);
    expect([response.status, await response.json()]).toMatchObject([400, { code: "bad-query" }]);
  },
);
