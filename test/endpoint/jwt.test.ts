import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { expect, it } from "vitest";
import { toRequest } from "../../functions/aws/gateway.ts";
import { authorize } from "../../functions/http/authorize.ts";
import { BackgroundWork } from "../../functions/http/background-work.ts";
import type { PersisterError } from "../../functions/persister/errors.ts";

/**
 * Access tokens of three issuers, as in their documentation, and what they permit. API Gateway has verified
 * them, and passes claims as text and arrays as `[a b]`.
 */
const cognito = {
  sub: "3example1client",
  token_use: "access",
  scope: "https://persister.example.com/github:write https://persister.example.com/*:read",
  iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example",
  client_id: "3example1client",
  exp: 1_795_660_000,
  version: 2,
};
const okta = {
  ver: 1,
  iss: "https://example.okta.com/oauth2/default",
  aud: "api://persister",
  cid: "0oaexample",
  scp: ["github:write", "*:read"],
  exp: 1_795_660_000,
};
const entra = {
  aud: "11111111-2222-3333-4444-555555555555",
  iss: "https://login.microsoftonline.com/99999999-0000-0000-0000-000000000000/v2.0",
  azp: "66666666-7777-8888-9999-000000000000",
  ver: "2.0",
};
const entraOfPerson = { ...entra, scp: "github:write *:read" };
const entraOfProgram = { ...entra, roles: ["github:write", "*:read"] };

const claimsOf = (token: object) =>
  Object.fromEntries(
    Object.entries(token).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(" ")}]` : String(value),
    ]),
  );

async function admitted(token: object, routeKey: string, streamer: string): Promise<string> {
  const event = {
    routeKey,
    rawPath: `/v1/streamers/${streamer}`,
    rawQueryString: "",
    headers: {},
    pathParameters: { streamer },
    requestContext: {
      http: { method: routeKey.split(" ")[0] },
      requestId: "r",
      authorizer: { jwt: { claims: claimsOf(token), scopes: null } },
    },
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2;
  const options = { authority: { by: "jwt" }, deadline: 0, background: new BackgroundWork() } as const;
  return authorize(toRequest(event), options).catch((error: PersisterError) => error.code);
}

it.each([
  ["Cognito, a resource server's scopes", cognito],
  ["Cognito, a short resource server", { ...cognito, scope: "persister/github:write persister/*:read" }],
  ["Okta", okta],
  ["Okta, one scope more", { ...okta, scp: ["offline", ...okta.scp] }],
  ["Entra, a person's", entraOfPerson],
  ["Entra, a program's", entraOfProgram],
  ["any issuer by RFC 9068", { scope: "github:write *:read" }],
])("%s", async (_, token) => {
  expect(await admitted(token, "POST /v1/streamers/{streamer}", "github")).toBe("github");
  expect(await admitted(token, "POST /v1/streamers/{streamer}", "drift")).toBe("forbidden");
  expect(await admitted(token, "GET /v1/streamers/{streamer}", "drift")).toBe("drift");
  expect(await admitted(token, "PUT /v1/streamers/{streamer}/bookmark", "github")).toBe("forbidden");
});

it.each([
  ["without a scope", { ...entra }],
  ["with scopes of another API", { ...cognito, scope: "openid other/admin github:write/other" }],
  ["with an empty array", { ...okta, scp: [] }],
])("%s: nothing is permitted", async (_, token) => {
  expect(await admitted(token, "POST /v1/streamers/{streamer}", "github")).toBe("forbidden");
  expect(await admitted(token, "GET /v1/streamers/{streamer}", "github")).toBe("forbidden");
});
