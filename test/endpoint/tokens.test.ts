import { GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokenKey, tokensPartition } from "../../functions/aws/tokens.ts";
import { type Authority, authorize } from "../../functions/http/authorize.ts";
import { BackgroundWork } from "../../functions/http/background-work.ts";
import type { HttpRequest } from "../../functions/http/http-message.ts";
import { operations } from "../../functions/http/operations.ts";
import { routeEntries } from "../../functions/http/routes.ts";
import type { PersisterError } from "../../functions/persister/errors.ts";
import type { Scope } from "../../functions/persister/ports.ts";
import { digestOf } from "../../functions/persister/tokens/digest.ts";
import { createToken, listTokens, revokeToken, type TokenTable } from "../../infra/tokens/tokens.ts";
import { bookmark, jsonline, type LocalStack, post, record, startTestStack } from "./local-stack.ts";
import { tokenTableOf } from "./stack-file.ts";

/** Tests what a token allows, and what the answer to a wrong one reveals. */
let stack: LocalStack;
let place: TokenTable;
beforeAll(async () => {
  stack = await startTestStack();
  place = await tokenTableOf(stack);
  await post(stack, "github", jsonline(record("t", { id: 1 }, ["id"]), bookmark(1)));
});
afterAll(() => stack.close());

const hour = 3_600_000;
const all: readonly Scope[] = ["write", "read", "admin"];
const deliver = "POST /v1/streamers/{streamer}";
const guarded = operations.filter(({ scope }) => scope !== undefined);

async function tokenOf(streamer: string, scopes: readonly Scope[], validUntil?: number): Promise<string> {
  const { token, id } = await createToken({ streamer, scopes, validUntil }, place);
  made.push(id);
  return token;
}
const made: string[] = [];
const revokeAll = async () => {
  for (const id of made.splice(0)) await revokeToken(id, place);
};

async function ask(route: string, authorization: string | undefined, streamer = "github") {
  const [method, path] = route.split(" ") as [string, string];
  const url = `${stack.url}${path.replace("{streamer}", streamer).replace(/\{(delivery|id)\}/, "d")}`;
  const response = await fetch(url, {
    method,
    headers: authorization === undefined ? {} : { authorization },
    ...(method === "POST" && { body: jsonline() }),
  });
  const text = await response.text();
  return { status: response.status, text, headers: Object.fromEntries(response.headers) };
}

/** Headers that differ from answer to answer for every request. */
const comparable = ({
  status,
  text,
  headers: { date: _, "apigw-requestid": __, ...headers },
}: Awaited<ReturnType<typeof ask>>) => ({
  status,
  text,
  headers,
});

describe.each(guarded.map(({ route, scope }) => [route, scope!] as const))("%s", (route, scope) => {
  it("gives the same answer to every wrong token", async () => {
    const expired = await tokenOf("github", [scope], Date.now() + hour);
    await expire(expired);
    const revoked = await tokenOf("github", [scope]);
    await revokeAll();
    const answers = await Promise.all(
      [
        undefined,
        "",
        "Bearer",
        "Bearer wrong",
        `Bearer persister_${"x".repeat(43)}`,
        `Bearer ${expired}`,
        `Bearer ${revoked}`,
        "Basic b3duZXI6cGFzcw==",
        `Bearer ${digestOf(expired)}`,
      ].map(authorization => ask(route, authorization)),
    );
    expect(answers[0]).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
    expect(JSON.parse(answers[0]!.text)).toMatchObject({ code: "unauthorized" });
    for (const answer of answers) expect(comparable(answer)).toEqual(comparable(answers[0]!));
  });

  it("refuses another streamer's token, and one without the scope", async () => {
    const others = await tokenOf("gitlab", all);
    const lacking = await tokenOf(
      "github",
      all.filter(each => each !== scope),
    );
    const isList = !route.includes("{streamer}");
    for (const token of isList ? [lacking] : [others, lacking]) {
      const { status, text } = await ask(route, `Bearer ${token}`);
      expect([status, JSON.parse(text)]).toMatchObject([403, { code: "forbidden" }]);
    }
    await revokeAll();
  });

  it("accepts the streamer's own token, and one for all streamers", async () => {
    for (const streamer of ["github", "*"]) {
      const token = await tokenOf(streamer, [scope]);
      const { status } = await ask(route, `Bearer ${token}`);
      expect([401, 403, 500]).not.toContain(status);
      await revokeAll();
    }
  });
});

const gateOf = (authority: Authority) => ({ authority, deadline: 0, background: new BackgroundWork() });

/** Expires a token. */
async function expire(token: string) {
  await place.client.send(
    new UpdateItemCommand({
      TableName: place.table,
      Key: marshall(tokenKey(digestOf(token))),
      UpdateExpression: "SET validUntil = :then",
      ExpressionAttributeValues: { ":then": { N: String(Date.now() - 1) } },
    }),
  );
}

describe("a token", () => {
  it("in the URL is not accepted", async () => {
    const token = await tokenOf("*", all);
    for (const name of ["token", "access_token", "authorization"]) {
      const response = await fetch(`${stack.url}/v1/streamers?${name}=${token}`);
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain(token);
    }
    await revokeAll();
  });

  it("is listed with the day of its last use, and is itself stored nowhere", async () => {
    const token = await tokenOf("drift", ["write"]);
    const find = async () => (await listTokens(place)).find(({ streamer }) => streamer === "drift");
    expect((await find())?.usedOn).toBeUndefined();
    // A delivery lasts long enough for the update of the last use.
    await ask(deliver, `Bearer ${token}`, "drift");
    const listed = await find();
    expect(listed?.usedOn).toBe(new Date().toISOString().slice(0, 10));
    expect(JSON.stringify(listed)).not.toContain(token);
    await revokeAll();
  });

  it("can exist next to one other for the same streamer, for rotation, but not a third", async () => {
    await tokenOf("drift", ["write", "read"]);
    await tokenOf("drift", ["read"]);
    await expect(tokenOf("drift", ["read"])).rejects.toThrow(/two live tokens.*Revoke [0-9a-f]{10} or/);
    await tokenOf("drift", ["write"]);
    await revokeAll();
    await expect(revokeToken("nobody", place)).rejects.toThrow("There is no token nobody.");
  });

  it("has a partition of its own", async () => {
    const made = await Promise.all([tokenOf("a", ["read"]), tokenOf("b", ["read"])]);
    const items = made.map(async token => {
      const Key = marshall(tokenKey(digestOf(token)));
      return (await place.client.send(new GetItemCommand({ TableName: place.table, Key }))).Item?.pk;
    });
    expect(new Set(await Promise.all(items)).size).toBe(2);
    await revokeAll();
  });

  it("stored in the common partition by an earlier version works, is noted, listed and revoked", async () => {
    const digest = digestOf("an-earlier-token");
    const item = {
      pk: tokensPartition,
      sk: digest,
      id: "earlier",
      streamer: "*",
      scopes: ["write"],
      createdAt: 1,
    };
    await place.client.send(new PutItemCommand({ TableName: place.table, Item: marshall(item) }));
    const ofEarlier = () => ask(deliver, "Bearer an-earlier-token", "drift");
    expect((await ofEarlier()).status).not.toBe(401);
    expect(await listTokens(place)).toMatchObject([
      { id: "earlier", usedOn: new Date().toISOString().slice(0, 10) },
    ]);
    await revokeToken("earlier", place);
    expect((await ofEarlier()).status).toBe(401);
    expect(await listTokens(place)).toEqual([]);
  });

  it("lists only the streamers that it may read", async () => {
    await post(stack, "drift", jsonline(record("t", { id: 1 }, ["id"])));
    const token = await tokenOf("github", ["read"]);
    const { text } = await ask("GET /v1/streamers", `Bearer ${token}`);
    expect((JSON.parse(text) as { streamers: object[] }).streamers).toMatchObject([{ streamer: "github" }]);
    await revokeAll();
  });
});

const routeWith = (scope: Scope) => routeEntries.find(([, entry]) => entry.scope === scope)![0];

it("every wrong token costs one look-up, so that the time reveals nothing", async () => {
  for (const authorization of ["", "Bearer", "Bearer wrong", "Basic b3duZXI6cGFzcw=="]) {
    const asked: string[] = [];
    const tokens = { grantOf: async (digest: string) => void asked.push(digest) };
    const request = {
      route: routeWith("read"),
      headers: new Headers({ authorization }),
      streamer: "github",
    } as HttpRequest;
    await expect(authorize(request, gateOf({ by: "token", tokens }))).rejects.toMatchObject({
      code: "unauthorized",
    });
    expect(asked).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  }
});

describe("if the gateway authorizes", () => {
  const request = (scope: Scope, jwtScopes?: string) =>
    ({ route: routeWith(scope), headers: new Headers(), streamer: "github", jwtScopes }) as HttpRequest;

  it.each([
    ["github:write", "write", "github"],
    ["openid *:read email", "read", "github"],
    ["github:read", "write", "forbidden"],
    ["gitlab:write", "write", "forbidden"],
    ["github:writer", "write", "forbidden"],
    ["write", "write", "forbidden"],
    ["", "read", "forbidden"],
    ["none", "read", "forbidden"],
  ] as const)("a JWT with the scopes %j for %s gets %s", async (jwtScopes, scope, answer) => {
    const admitted = authorize(
      request(scope, jwtScopes === "none" ? undefined : jwtScopes),
      gateOf({ by: "jwt" }),
    );
    expect(await admitted.catch((error: PersisterError) => error.code)).toBe(answer);
  });

  it("IAM's policy decides alone", async () => {
    expect(await authorize(request("admin"), gateOf({ by: "iam" }))).toBe("github");
  });
});
