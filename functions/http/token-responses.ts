import type * as z from "zod/mini";
import { PersisterError } from "../persister/errors.ts";
import type { ListedToken } from "../persister/tokens/tokens.ts";
import { mediaTypes } from "./conversion.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import { receiveJson } from "./json-body.ts";
import {
  type newTokenSchema,
  tokenParameter,
  tokenRequestSchema,
  type tokensSchema,
} from "./token-schemas.ts";

const names = { code: "bad-token", body: "A request for a token", member: "a member of it" } as const;

/**
 * Returns the token that a request is for. Throws `unsupported-encoding`, `unsupported-type` or `bad-token`,
 * which names the member.
 */
export const receiveTokenRequest = (request: HttpRequest) => receiveJson(request, tokenRequestSchema, names);

/** Returns the token's id in the URL. Throws `no-token` if no token can have it. */
export function tokenId({ token }: HttpRequest): string {
  if (tokenParameter.safeParse(token).success) return token;
  throw new PersisterError("no-token", "The id in the URL is not a token's.");
}

/** Returns a page of tokens. */
export function tokensResponse({
  tokens,
  next,
}: {
  readonly tokens: readonly ListedToken[];
  readonly next: string | undefined;
}): HttpResponse {
  const members: z.infer<typeof tokensSchema> = { next, tokens: tokens.map(membersOf) };
  return respond(200, JSON.stringify(members));
}

/** Returns a token that was created, with its value, which no other response contains. */
export function newTokenResponse({
  token,
  listed,
}: {
  readonly token: string;
  readonly listed: ListedToken;
}): HttpResponse {
  const members: z.infer<typeof newTokenSchema> = { ...membersOf(listed), token };
  return respond(201, JSON.stringify(members));
}

export const revokedResponse = (): HttpResponse => ({
  status: 204,
  headers: { "cache-control": "no-store" },
  body: "",
});

function membersOf({ id, streamer, scopes, createdAt, validUntil, usedOn, isLive }: ListedToken) {
  const expiresAt = validUntil === undefined ? undefined : instant(validUntil);
  return {
    id,
    streamer,
    scopes: [...scopes],
    createdAt: instant(createdAt),
    expiresAt,
    usedOn,
    live: isLive,
  };
}

const instant = (milliseconds: number) => new Date(milliseconds).toISOString();

const respond = (status: number, body: string): HttpResponse => ({
  status,
  headers: { "content-type": mediaTypes.json, "cache-control": "no-store" },
  body,
});
