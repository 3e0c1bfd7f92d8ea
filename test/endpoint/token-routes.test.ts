import type { Context } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Authority } from "../../functions/http/authorize.ts";
import { routeEntries } from "../../functions/http/routes.ts";
import { memoryTokens } from "../../functions/memory/tokens.ts";
import type { Scope, TokenChange } from "../../functions/persister/ports.ts";
import { tokens } from "../../functions/tokens.ts";
import { createToken, listTokens, revokeToken } from "../../infra/tokens/tokens.ts";
import { get, jsonline, type LocalStack, token as owner, post, startTestStack } from "./local-stack.ts";
import { tokenTableOf } from "./stack-file.ts";

/** Tokens over HTTP. test/persister/tokens.test.ts has every combination of scopes and streamers. */
let stack: LocalStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}
interface Listed {
  readonly id: string;
  readonly streamer: string;
  readonly live: boolean;
  readonly usedOn?: string;
}

const day = 86_400_000;

async function send<T>(method: string, path: string, { as = owner, body = undefined as unknown } = {}) {
  const response = await fetch(`${stack.url}/v1/tokens${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, value: (text === "" ? {} : JSON.parse(text)) as T & Problem };
}
interface Made extends Listed {
  readonly token: string;
}
const create = (body: unknown, as = owner) => send<Made>("POST", "", { as, body });
const list = (query = "", as = owner) =>
  send<{ readonly tokens: readonly Listed[]; readonly next?: string }>("GET", query, { as });
const revoke = (id: string, as = owner) => send<Record<never, never>>("DELETE", `/${id}`, { as });

it("creates a token that is shown once and works at once, lists it without it, and revokes it", async () => {
  const request = { streamer: "github", scopes: ["write", "read", "write"], expires: "P90D" };
  const { status, value } = await create(request);
  const { token, ...listed } = value;
  expect(status).toBe(201);
  expect(token).toMatch(/^persister_[\w-]{43}$/);
  expect(listed).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{10}$/),
    streamer: "github",
    scopes: ["write", "read"],
    createdAt: expect.stringMatching(/Z$/),
    expiresAt: expect.stringMatching(/Z$/),
    live: true,
  });
  const { createdAt, expiresAt } = listed as unknown as Record<string, string>;
  expect(Math.round((Date.parse(expiresAt!) - Date.parse(createdAt!)) / day)).toBe(90);
  const bearer = { authorization: `Bearer ${token}` };
  expect((await post(stack, "github", jsonline(), bearer)).status).toBe(200);
  const { text, value: page } = await list();
  expect(page.tokens).toEqual([{ ...listed, usedOn: new Date().toISOString().slice(0, 10) }]);
  expect(text).not.toContain(token);
  expect(text).not.toMatch(/[0-9a-f]{64}/);
  expect(await revoke(listed.id)).toMatchObject({ status: 204, text: "" });
  expect((await get(stack, "/v1/streamers", bearer)).status).toBe(401);
  expect((await revoke(listed.id)).value).toMatchObject({ code: "no-token" });
  expect((await list()).value.tokens).toEqual([]);
});

describe("an admin of one streamer", () => {
  it("makes, sees and revokes only that streamer's, and gives no more than it holds", async () => {
    const { value: own } = await create({ streamer: "drift", scopes: ["admin", "read"] });
    const { value: theirs } = await create({ streamer: "github", scopes: ["read"] });
    const { value: all } = await create({ streamer: "*", scopes: ["read"] });
    const asked = [
      [{ streamer: "drift", scopes: ["read"] }, 201],
      [{ streamer: "drift", scopes: ["read", "write"] }, 403],
      [{ streamer: "github", scopes: ["read"] }, 403],
      [{ streamer: "*", scopes: ["read"] }, 403],
    ] as const;
    for (const [body, status] of asked) {
      const answer = await create(body, own.token);
      expect([body, answer.status]).toEqual([body, status]);
      if (status === 403) expect(answer.value).toMatchObject({ code: "forbidden", detail: /./ });
    }
    const seen = (await list("", own.token)).value.tokens;
    expect(seen.map(({ streamer }) => streamer)).toEqual(["drift", "drift"]);
    for (const { id } of [theirs, all])
      expect(await revoke(id, own.token)).toMatchObject({ status: 404, value: { code: "no-token" } });
    for (const { id } of [...seen].reverse()) expect((await revoke(id, own.token)).status).toBe(204);
    expect((await list("", own.token)).status).toBe(401);
    for (const { id } of [theirs, all]) await revoke(id);
  });

  it.each([[["write"]], [["read"]], [["write", "read"]]] as const)(
    "who has only %j may do nothing",
    async scopes => {
      const { value: own } = await create({ streamer: "*", scopes });
      const body = { streamer: "github", scopes };
      for (const answer of [
        await list("", own.token),
        await create(body, own.token),
        await revoke(own.id, own.token),
      ])
        expect(answer).toMatchObject({ status: 403, value: { code: "forbidden" } });
      await revoke(own.id);
    },
  );
});

it("lists page by page, also those that have expired", async () => {
  const place = await tokenTableOf(stack);
  const ids: string[] = [];
  for (const [n, validUntil] of [undefined, Date.now() - day, Date.now() + day, undefined].entries())
    ids.push((await createToken({ streamer: `paged-${n}`, scopes: ["read"], validUntil }, place)).id);
  const seen: Listed[] = [];
  let query = "?limit=1";
  for (;;) {
    const { value } = await list(query);
    seen.push(...value.tokens);
    if (value.next === undefined) break;
    // The token at the cursor may be revoked meanwhile.
    await revoke(value.tokens[0]!.id);
    query = `?limit=1&after=${value.next}`;
  }
  expect(seen.map(({ id, live }) => [id, live])).toEqual(ids.map((id, n) => [id, n !== 1]));
  await revoke(ids.at(-1)!);
});

it("is refused for a third live token, with the ids of the two", async () => {
  const body = { streamer: "rotated", scopes: ["read"] };
  const ids = [(await create(body)).value.id, (await create(body)).value.id];
  expect(await create(body)).toMatchObject({
    status: 409,
    value: { code: "too-many-tokens", hint: `Revoke ${ids.join(" or ")} first.` },
  });
  for (const id of ids) await revoke(id);
  expect((await list()).value.tokens).toEqual([]);
});

it("a token that is used while it is revoked is refused from then on", async () => {
  const { value } = await create({ streamer: "raced", scopes: ["write"] });
  const bearer = { authorization: `Bearer ${value.token}` };
  const use = () => post(stack, "raced", jsonline(), bearer);
  // Each use may note the day of the last use, which must not bring the token back.
  await Promise.all([use(), use(), revoke(value.id), use(), use()]);
  expect((await use()).status).toBe(401);
  expect(await listTokens(await tokenTableOf(stack))).toEqual([]);
});

describe("reports what is wrong with", () => {
  it.each([
    ["{", "The body is not a JSON object."],
    [[], "The body is not a JSON object."],
    [{ scopes: ["read"] }, "`streamer` must be a string."],
    [{ streamer: "Git Hub", scopes: ["read"] }, "`streamer` must be a streamer's name, or `*`."],
    [{ streamer: "s" }, "`scopes` must be an array."],
    [{ streamer: "s", scopes: [] }, "`scopes` must be one or more of write, read and admin."],
    [{ streamer: "s", scopes: ["all"] }, "`scopes.0` must be one of write, read and admin."],
    [{ streamer: "s", scopes: ["read"], expires: 90 }, "`expires` must be a string."],
    [
      { streamer: "s", scopes: ["read"], expires: "90d" },
      /^`expires` must be an ISO 8601 duration from PT1M/,
    ],
    [
      { streamer: "s", scopes: ["read"], expires: "P1Y" },
      /^`expires` must be an ISO 8601 duration from PT1M/,
    ],
    [
      { streamer: "s", scopes: ["read"], expire: "P90D" },
      "`expire` is not a member of it; there is `streamer`, `scopes`, `expires`.",
    ],
  ])("%j", async (body, detail) => {
    const answer = await create(body);
    const expected = typeof detail === "string" ? detail : expect.stringMatching(detail);
    expect(answer).toMatchObject({ status: 400, value: { code: "bad-token", detail: expected } });
  });

  it("another type, and a compressed body", async () => {
    for (const [headers, code] of [
      [{ "content-type": "text/plain" }, "unsupported-type"],
      [{ "content-type": "application/json", "content-encoding": "gzip" }, "unsupported-encoding"],
    ] as const) {
      const all = { authorization: `Bearer ${owner}`, ...headers };
      const response = await fetch(`${stack.url}/v1/tokens`, { method: "POST", headers: all, body: "{}" });
      expect([response.status, await response.json()]).toMatchObject([415, { code }]);
    }
  });

  it.each(["limit=0", "limit=101", "after=x", "after=../x"])("?%s", async query => {
    expect(await list(`?${query}`)).toMatchObject({ status: 400, value: { code: "bad-query" } });
  });

  it.each(["nobody", "a%2fb", "a%20b", "x".repeat(70)])("the id %s", async id => {
    expect(await revoke(id)).toMatchObject({ status: 404, value: { code: "no-token" } });
  });
});

describe("the function itself", () => {
  const changes: TokenChange[] = [];
  const clock = { now: Date.now, sleep: async () => {} };
  const tokenParts = {
    tokens: memoryTokens(clock),
    clock,
    observer: { onTokenChange: (change: TokenChange) => void changes.push(change) },
  };
  const context = { getRemainingTimeInMillis: () => 10_000 } as Context;
  const ask = (authority: Authority, routeKey: string, body = "", jwtScope = "*:admin") => {
    const [method = "", path = ""] = routeKey.split(" ");
    const requestContext = {
      requestId: "request-1",
      http: { method, path, protocol: "", sourceIp: "", userAgent: "" },
      authorizer: { jwt: { claims: { scope: jwtScope } } },
    };
    const headers = { authorization: "Bearer x", "content-type": "application/json" };
    const event = {
      routeKey,
      rawPath: path,
      rawQueryString: "",
      headers,
      pathParameters: { id: "a" },
      requestContext,
      body,
    };
    type Event = Parameters<ReturnType<typeof tokens>>[0];
    return tokens(() => ({ authority, tokenParts }))(event as unknown as Event, context);
  };
  const routes = routeEntries.filter(([, entry]) => entry.function === "tokens").map(([route]) => route);
  const body = '{"streamer":"*","scopes":["read"]}';

  it.each(["jwt", "iam"] as const)("answers 404 where the gateway authorizes by %s", async by => {
    expect(routes).toHaveLength(3);
    for (const route of routes) {
      const { statusCode, body: text } = await ask({ by }, route, body);
      expect([statusCode, JSON.parse(String(text))]).toMatchObject([404, { code: "tokens-disabled" }]);
    }
    expect(tokenParts.tokens.tokens.size).toBe(0);
    expect(changes).toEqual([]);
  });

  it("reports who created and revoked a token, without its value", async () => {
    const grant = { id: "admin-1", permissions: [] as { scope: Scope; streamer: string }[] };
    for (const scope of ["read", "admin"] as const) grant.permissions.push({ scope, streamer: "*" });
    const authority: Authority = { by: "token", tokens: { grantOf: async () => grant } };
    const { statusCode, body: text } = await ask(authority, "POST /v1/tokens", body);
    expect(statusCode).toBe(201);
    const { id, token } = JSON.parse(String(text)) as Made;
    expect(changes).toEqual([
      {
        ...{ action: "create", outcome: "done", token: id, streamer: "*", scopes: ["read"] },
        ...{ validUntil: undefined, by: "admin-1", requestId: "request-1" },
      },
    ]);
    expect(JSON.stringify(changes)).not.toContain(token);
  });
});

it("the command and the endpoint see the same tokens", async () => {
  const place = await tokenTableOf(stack);
  const { id } = await createToken({ streamer: "github", scopes: ["admin"], validUntil: undefined }, place);
  expect((await list()).value.tokens.map(each => each.id)).toEqual([id]);
  const { value } = await create({ streamer: "github", scopes: ["read"] });
  await revokeToken(value.id, place);
  expect((await list()).value.tokens.map(each => each.id)).toEqual([id]);
  await revoke(id);
});
