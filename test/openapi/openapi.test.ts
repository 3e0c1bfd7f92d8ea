import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../functions/http/operations.ts";
import { ingest } from "../../functions/ingest.ts";
import { tokens } from "../../functions/tokens.ts";
import { wire } from "../../functions/wire.ts";
import { listen } from "../../infra/local/listen.ts";
import { createToken } from "../../infra/tokens/tokens.ts";
import {
  bookmark,
  get,
  jsonline,
  type LocalStack,
  record,
  startTestStack,
  token,
} from "../endpoint/local-stack.ts";
import { startScriptedTable } from "../endpoint/scripted-table.ts";
import { stackFileOf, tokenTableOf } from "../endpoint/stack-file.ts";
import { type Step, startScriptedServer } from "../import-api/scripted-server.ts";
import { openDatabase } from "../postgres/database.ts";
import { Contract, type Document } from "./contract.ts";

/** The document and the endpoint agree on every example, status and header. */
const open: { close(): Promise<void> }[] = [];
let stack: LocalStack;
let contract: Contract;
let othersToken: string;
let writersToken: string;
beforeAll(async () => {
  stack = await started();
  const others = { streamer: "others", scopes: ["write", "admin"], validUntil: undefined } as const;
  const place = await tokenTableOf(stack);
  ({ token: othersToken } = await createToken(others, place));
  ({ token: writersToken } = await createToken({ ...others, scopes: ["write"] }, place));
  contract = new Contract((await (await get(stack, "/v1/openapi.json")).json()) as Document);
});
afterAll(() => Promise.all(open.splice(0).map(part => part.close())));

async function started(...args: Parameters<typeof startTestStack>): Promise<LocalStack> {
  const made = await startTestStack(...args);
  open.push(made);
  return made;
}

async function scripted(...steps: [Step, ...Step[]]) {
  const server = await startScriptedServer(steps);
  open.push(server);
  return server.url;
}

async function table(...args: Parameters<typeof startScriptedTable>) {
  const server = await startScriptedTable(...args);
  open.push(server);
  return server.url;
}

interface Asked {
  readonly on?: LocalStack;
  readonly streamer?: string;
  readonly delivery?: string;
  readonly code?: string;
  readonly id?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends a request, and compares the answer with the document. */
async function ask(route: string, asked: Asked = {}): Promise<Response> {
  const {
    on = stack,
    streamer = "s",
    delivery = "00000000-0000-7000-8000-000000000000",
    code = "malformed",
    id = "0123456789",
    query = "",
    headers,
    body,
  } = asked;
  const [method, path] = route.split(" ") as [string, string];
  const parameters: Record<string, string> = { streamer, delivery, code, id };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name]!);
  const url = `${on.url}${filled}${query}`;
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream", ...headers },
    ...(body !== undefined && { body }),
  });
  await contract.check(route, response.clone());
  return response;
}

const one = "/v1/streamers/{streamer}";
const deliver = `POST ${one}`;
const [readBookmark, setBookmark, forgetBookmark] = ["GET", "PUT", "DELETE"].map(
  method => `${method} ${one}/bookmark`,
) as [string, string, string];
const setSettings = `PUT ${one}/settings`;
const guarded = operations.filter(({ scope }) => scope !== undefined).map(({ route }) => route);
const named = guarded.filter(route => route.includes("{streamer}"));
const [createTokenRoute, revokeTokenRoute] = ["POST /v1/tokens", "DELETE /v1/tokens/{id}"] as const;
const tokenBody = (streamer: string) => JSON.stringify({ streamer, scopes: ["read"], expires: "P1D" });
const byHand = [setBookmark, forgetBookmark];
const body = (value: unknown = 1) => jsonline(record("t", { id: 1 }, ["id"]), bookmark(value));
const json = { "content-type": "application/json" };
const any = { "if-match": "*" };

it("is OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate({ ...contract.document });
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(contract.document).toMatchObject({ openapi: "3.1.1" });
});

it("in docs/ is what `npm run openapi` writes", async () => {
  const file = await readFile(new URL("../../docs/openapi.json", import.meta.url), "utf8");
  expect(JSON.parse(file)).toEqual(contract.document);
});

it("has the catalogue of errors, in order of precedence", async () => {
  const page = await readFile(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const codes = [...page.matchAll(/^\| `([a-z-]+)` \| \d{3} \|/gm)].map(([, code]) => code!);
  const { "x-problems": problems } = contract.document as unknown as { "x-problems": { code: string }[] };
  expect(problems.map(({ code }) => code)).toEqual(codes);
});

describe("each documented example is accepted", () => {
  const examples = operations.flatMap(({ route, body: types = {} }) =>
    Object.entries(types).flatMap(([type, { examples: values }]) =>
      Object.entries(values).map(([name, value]) => [route, type, name, value] as const),
    ),
  );
  it.each(examples)("%s, %s: %s", async (route, type, name, value) => {
    const streamer = `example-${name.replaceAll(" ", "-")}`;
    if (route !== deliver) await ask(deliver, { streamer, body: body() });
    const sent = typeof value === "string" ? value : JSON.stringify(value);
    const headers = { ...(type !== "*/*" && { "content-type": type }), ...(route !== deliver && any) };
    expect((await ask(route, { streamer, headers, body: sent })).ok).toBe(true);
  });

  const withHeaders = operations.flatMap(({ route, headers = {} }) =>
    Object.entries(headers).map(([name, { example }]) => [route, name, example] as const),
  );
  it.each(withHeaders)("%s, %s: %s", async (route, name, example) => {
    const streamer = `header-${operations.findIndex(each => each.route === route)}-${name.toLowerCase()}`;
    const isOfNone = byHand.includes(route) && name === "If-None-Match";
    if (route !== deliver && !isOfNone) await ask(deliver, { streamer, body: body() });
    const sent =
      route === deliver
        ? { body: body() }
        : route === setBookmark
          ? { body: "1" }
          : route === setSettings
            ? { body: "{}" }
            : {};
    const headers = { ...json, [name.toLowerCase()]: example };
    expect((await ask(route, { streamer, headers, ...sent })).status).toBe(200);
  });
});

describe("each answer is documented, and each documented answer occurs:", () => {
  it("success", async () => {
    const key = { "idempotency-key": "k" };
    const taken = (await (await ask(deliver, { body: body(), headers: key })).json()) as { delivery: string };
    await ask(deliver, { body: body(), headers: key });
    await ask(deliver, { body: body(), headers: { accept: "text/plain" } });
    const { headers } = await ask(readBookmark);
    await ask(readBookmark, { headers: { accept: "text/plain" } });
    await ask(readBookmark, { headers: { "if-none-match": headers.get("etag")! } });
    const page = await ask("GET /");
    await ask("GET /", { headers: { "if-none-match": page.headers.get("etag")! } });
    await ask("GET /", { headers: { "accept-encoding": "identity" } });
    for (const route of guarded.filter(each => each.startsWith("GET"))) await ask(route, taken);
    const made = await ask(createTokenRoute, { body: tokenBody("made"), headers: json });
    await ask(revokeTokenRoute, (await made.json()) as { id: string });
    await ask("GET /v1/openapi.json");
    await ask("GET /v1/health");
    await ask("GET /v1/errors/{code}");
  });

  it.each(guarded)("%s without a token, and with another's", async route => {
    await ask(route, { headers: { authorization: "Bearer wrong" } });
    for (const other of [othersToken, writersToken])
      await ask(route, { headers: { authorization: `Bearer ${other}` } });
  });

  it.each(named)("%s with an invalid name", async route => {
    await ask(route, { streamer: "No%20Name" });
  });

  it("invalid queries, headers and bodies", async () => {
    for (const { route } of operations.filter(({ query }) => query)) await ask(route, { query: "?limit=0" });
    for (const route of [deliver, ...byHand, setSettings]) await ask(route, { headers: { "if-match": "5" } });
    await ask(deliver, { body: "x", headers: { "content-encoding": "br" } });
    await ask(deliver, { body: "x", headers: { "content-encoding": "gzip" } });
    await ask(deliver, { body: gzipSync("x".repeat(2_000_000)), headers: { "content-encoding": "gzip" } });
    await ask(deliver, { body: "x".repeat(4_600_000) });
    await ask(deliver, { body: "x" });
    await ask(deliver, { body: jsonline("x") });
    await ask(deliver, { body: jsonline(record("t", {}, ["id"])) });
    await ask(deliver, { body: jsonline(bookmark("x".repeat(1_100_000))) });
    await ask(setBookmark, { body: "x", headers: { ...json, ...any } });
    await ask(setBookmark, { body: `"${"x".repeat(1_100_000)}"`, headers: { ...json, ...any } });
    await ask(setBookmark, { body: "1", headers: { ...any } });
    await ask(setBookmark, { body: "1", headers: { ...json, ...any, "content-encoding": "gzip" } });
    await ask(setSettings, { body: "[]", headers: { ...json, ...any } });
    await ask(setSettings, { body: "{}", headers: { ...any } });
    await ask(setSettings, { body: "{}", headers: { ...json, ...any, "content-encoding": "gzip" } });
    await ask(createTokenRoute, { body: "{}", headers: json });
    await ask(createTokenRoute, { body: "{}" });
    await ask(createTokenRoute, { body: "{}", headers: { ...json, "content-encoding": "gzip" } });
  });

  it("conflicts", async () => {
    await ask(deliver, { streamer: "moved", body: body() });
    const old = { "if-match": '"7"' };
    await ask(deliver, { streamer: "moved", body: body(), headers: old });
    for (const route of [...byHand, setSettings]) {
      await ask(route, {
        streamer: "moved",
        body: route === setSettings ? "{}" : "1",
        headers: { ...json, ...old },
      });
      await ask(route, { streamer: "moved", body: "1", headers: json });
    }
    await ask(deliver, { streamer: "moved", body: body(2), headers: { "idempotency-key": "k" } });
    await ask(deliver, { streamer: "moved", body: body(3), headers: { "idempotency-key": "k" } });
    for (let count = 0; count < 3; count++)
      await ask(createTokenRoute, { body: tokenBody("full"), headers: json });
    await ask(revokeTokenRoute);
    await ask(readBookmark, { streamer: "nobody" });
    await ask(readBookmark, { streamer: "moved", headers: { accept: "image/png" } });
    await ask(`GET ${one}`, { streamer: "nobody" });
    await ask(`GET ${one}/deliveries/{delivery}`);
    await ask("GET /v1/errors/{code}", { code: "nothing" });
  });

  it("another delivery in flight, and one that supersedes", async () => {
    let isFirst = true;
    const server = createServer(async (message, response) => {
      for await (const _ of message);
      if (isFirst) {
        isFirst = false;
        await ask(deliver, { on: held, body: body() });
        for (const route of byHand) await ask(route, { on: held, body: "1", headers: { ...json, ...any } });
        await ask(deliver, { on: ahead, body: body() });
      }
      response.writeHead(201).end();
    });
    const api = await listen(server);
    open.push(api);
    const held = await started({ IMPORT_API_URL: api.url });
    const { s3, dynamodb } = await stackFileOf(held);
    const env = { IMPORT_API_URL: api.url, AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL_DYNAMODB: dynamodb };
    const clock = { now: () => Date.now() + 60_000, sleep: async () => {} };
    const ahead = await started(env, { clock, ingestMilliseconds: 120_000 });
    expect((await ask(deliver, { on: held, body: body() })).status).toBe(409);
  });

  it("a delivery to tables that have other keys, or are frozen", async () => {
    const database = await openDatabase();
    open.push(database);
    const env = { POSTGRES_URL: database.url, POSTGRES_SCHEMA: database.schema };
    const on = await started(env);
    expect((await ask(deliver, { on, body: body() })).status).toBe(200);
    expect((await ask(deliver, { on, body: jsonline(record("t", { id: 1 })) })).status).toBe(422);
    const frozen = await started({ ...env, POSTGRES_ON_SCHEMA_CHANGE: "freeze" });
    const wider = jsonline(record("t", { id: 1, more: 1 }, ["id"]));
    expect((await ask(deliver, { on: frozen, body: wider })).status).toBe(422);
  });

  it("trouble upstream", async () => {
    for (const [step, status, variant] of [
      [{ status: 400 }, 502, {}],
      [{ status: 503 }, 503, {}],
      ["hang", 504, { ingestMilliseconds: 4_500 }],
    ] as const) {
      const on = await started({ IMPORT_API_URL: await scripted(step) }, variant);
      expect((await ask(deliver, { on, body: body() })).status).toBe(status);
    }
    const { s3, dynamodb, ...place } = await stackFileOf(stack);
    const config = {
      bookmarkAgeHours: 26,
      streamerMetrics: false,
      service: "s",
      importApiUrl: stack.importApiUrl,
      authorization: "token" as const,
    };
    const lacking = wire(
      { ...place, ...config, accounts: { known: {} }, ownerToken: token, endpoints: { s3, dynamodb } },
      { onDelivery: () => {} },
    );
    const event = eventOf(body());
    const {
      statusCode,
      headers,
      body: text,
    } = await ingest(() => lacking)(event, {
      getRemainingTimeInMillis: () => 29_000,
    } as Context);
    await contract.check(
      deliver,
      new Response(text, { status: statusCode!, headers: headers as Record<string, string> }),
    );
  });

  it("a bookmark and a receipt missing from the archive", async () => {
    const streamer = "lost";
    const streams = Array.from({ length: 1_000 }, (_, i) =>
      record(`${"s".repeat(300)}${i}`, { id: i }, ["id"]),
    );
    const sent = { streamer, body: jsonline(...streams, bookmark("x".repeat(300_000))) };
    const { delivery } = (await (await ask(deliver, sent)).json()) as { delivery: string };
    for (const prefix of ["bookmarks", "receipts"])
      await rm(join(stack.dataDir, "s3", "persister-archive", prefix, streamer), { recursive: true });
    await ask(deliver, { streamer, body: jsonline() });
    for (const route of [one, `${one}/bookmark`, `${one}/bookmark/history`, `${one}/deliveries`])
      expect((await ask(`GET ${route}`, { streamer })).status).toBe(503);
    expect((await ask(`GET ${one}/deliveries/{delivery}`, { streamer, delivery })).status).toBe(503);
  });

  it("an archive that is down", async () => {
    const on = await started({ AWS_ENDPOINT_URL_S3: await scripted({ status: 503 }) });
    await ask(deliver, { on, body: body() });
  });

  it("a table that is down, one with a foreign item, and one of a newer version", async () => {
    const down = await started({
      AWS_ENDPOINT_URL_DYNAMODB: await table({ status: 500, body: "{}" }),
    });
    const odd = await started({
      AWS_ENDPOINT_URL_DYNAMODB: await table({
        status: 200,
        body: '{"Item":{"pk":{"S":"x"}},"Items":[{"pk":{"S":"x"}}]}',
      }),
    });
    const item = '{"pk":{"S":"x"},"sk":{"S":"x"},"format":{"N":"2"}}';
    const newer = await started({
      AWS_ENDPOINT_URL_DYNAMODB: await table({
        status: 200,
        body: `{"Item":${item},"Items":[${item}]}`,
      }),
    });
    await Promise.all(
      guarded.flatMap(route => {
        const asked = { body: route.startsWith("GET") ? undefined : body(), headers: { ...json, ...any } };
        const sent = { headers: asked.headers, ...(asked.body && { body: asked.body }) };
        if (route === setBookmark) sent.body = "1";
        if (route === setSettings) sent.body = "{}";
        if (route === createTokenRoute) sent.body = tokenBody("s");
        return [
          ask(route, { on: down, ...sent }),
          ask(route, { on: down, ...sent, headers: { ...sent.headers, authorization: "Bearer other" } }),
          ask(route, { on: odd, ...sent }),
          ask(route, { on: newer, ...sent }),
        ];
      }),
    );
  });

  it("tokens where the gateway authorizes", async () => {
    const { wired } = stack;
    const disabled = tokens(() => ({ ...wired, authority: { by: "iam" }, tokenParts: undefined! }));
    for (const route of guarded.filter(each => each.includes("/tokens"))) {
      const event = { ...eventOf("{}"), routeKey: route };
      const answer = await disabled(event, { getRemainingTimeInMillis: () => 29_000 } as Context);
      const headers = answer.headers as Record<string, string>;
      await contract.check(route, new Response(answer.body, { status: answer.statusCode!, headers }));
    }
  });

  it("nothing documented is left", () => {
    expect(contract.documented().filter(each => !contract.seen.has(each))).toEqual([]);
  });
});

const eventOf = (text: string) => ({
  version: "2.0",
  routeKey: deliver,
  rawPath: "/v1/streamers/lacking",
  rawQueryString: "",
  headers: { authorization: `Bearer ${token}` },
  pathParameters: { streamer: "lacking" },
  requestContext: {
    accountId: "",
    apiId: "",
    domainName: "",
    domainPrefix: "",
    http: { method: "POST", path: "", protocol: "", sourceIp: "", userAgent: "" },
    requestId: "r",
    routeKey: deliver,
    stage: "$default",
    time: "",
    timeEpoch: 0,
  },
  body: text,
  isBase64Encoded: false,
});
