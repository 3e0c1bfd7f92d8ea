import { PersisterError } from "../persister/errors.ts";
import type { Grant, Permission, Scope, Tokens } from "../persister/ports.ts";
import { digestOf } from "../persister/tokens/digest.ts";
import type { Caller } from "../persister/tokens/permissions.ts";
import type { BackgroundWork } from "./background-work.ts";
import type { HttpRequest } from "./http-message.ts";
import { streamerName } from "./parameters.ts";
import { scopeOf } from "./routes.ts";

/** The authority that decides a caller's permissions: our own tokens, or the gateway. */
export type Authority =
  | { readonly by: "token"; readonly tokens: Tokens }
  /** A JWT that the gateway has verified. Its scopes are `<streamer or *>:<scope>`, after any `/`. */
  | { readonly by: "jwt" }
  /** IAM policies, which name methods and paths: every request that the gateway passes on is permitted. */
  | { readonly by: "iam" };

const scopes: readonly Scope[] = ["write", "read", "admin"];
/** Every scope on every streamer. */
export const allPermissions: readonly Permission[] = scopes.map(scope => ({ scope, streamer: "*" }));

export interface AuthorizationOptions {
  readonly authority: Authority;
  /** ms since the epoch. */
  readonly deadline: number;
  readonly background: BackgroundWork;
}

/**
 * Resolves to the URL's streamer if the caller has the route's scope on it.
 * Rejects with `unauthorized`, `forbidden` or `bad-streamer-name`.
 */
export async function authorize(request: HttpRequest, options: AuthorizationOptions): Promise<string> {
  const scope = scopeOf(request.route);
  const names = permitted(await authenticate(request, options), scope);
  if (names !== "all" && !names.has(request.streamer)) throw forbidden(scope);
  return streamerName(request.streamer);
}

/**
 * Resolves to the streamers, at least one, on which the caller has the route's scope.
 * Rejects with `unauthorized` or `forbidden`.
 */
export async function authorizeSome(
  request: HttpRequest,
  options: AuthorizationOptions,
): Promise<ReadonlySet<string> | "all"> {
  const scope = scopeOf(request.route);
  const names = permitted(await authenticate(request, options), scope);
  if (names !== "all" && names.size === 0) throw forbidden(scope, "any");
  return names;
}

/**
 * Resolves to the caller if its token has the route's scope on some streamer. Rejects with `tokens-disabled`
 * if callers have no tokens of ours, `unauthorized` or `forbidden`.
 */
export async function authorizeToken(request: HttpRequest, options: AuthorizationOptions): Promise<Caller> {
  const { authority } = options;
  if (authority.by !== "token")
    throw new PersisterError("tokens-disabled", "This endpoint has no tokens of its own.");
  const scope = scopeOf(request.route);
  const { id, permissions } = await ofToken(request.headers, authority, options);
  if (!permissions.some(each => each.scope === scope)) throw forbidden(scope, "any");
  return { id, permissions, requestId: request.requestId };
}

async function authenticate(
  request: HttpRequest,
  options: AuthorizationOptions,
): Promise<readonly Permission[]> {
  const { authority } = options;
  switch (authority.by) {
    case "token":
      return (await ofToken(request.headers, authority, options)).permissions;
    case "jwt":
      return ofClaim(request.jwtScopes ?? "");
    case "iam":
      return allPermissions;
  }
}

/**
 * Resolves to the grant of `Authorization: Bearer …` (RFC 6750). Every token, however wrong, costs
 * one look-up by its digest and fails in the same way. The time reveals nothing either, as the digest is
 * not secret.
 */
async function ofToken(
  headers: Headers,
  { tokens }: Extract<Authority, { readonly by: "token" }>,
  { deadline, background }: AuthorizationOptions,
): Promise<Grant> {
  const token = /^Bearer +([^ ]+) *$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const grant = await tokens.grantOf(digestOf(token), deadline);
  if (grant?.noteUse !== undefined) background.start("Noting a token's last use", grant.noteUse);
  if (grant !== undefined) return grant;
  throw new PersisterError("unauthorized", "The token is missing, wrong, expired or revoked.");
}

/**
 * Returns the permissions in a claim such as `github:write *:read`. Other words belong to other services.
 * What precedes a word's last slash names the API, as in Cognito's `<resource server>/<scope>`:
 * docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
 */
function ofClaim(claim: string): readonly Permission[] {
  return claim.split(" ").flatMap(word => {
    const [streamer = "", name, ...more] = word.slice(word.lastIndexOf("/") + 1).split(":");
    const scope = scopes.find(each => each === name);
    return scope === undefined || more.length > 0 ? [] : [{ scope, streamer }];
  });
}

function permitted(permissions: readonly Permission[], scope: Scope): ReadonlySet<string> | "all" {
  const names = permissions.filter(each => each.scope === scope).map(({ streamer }) => streamer);
  return names.includes("*") ? "all" : new Set(names);
}

const forbidden = (scope: Scope, which = "this") =>
  new PersisterError("forbidden", `The token does not have the scope \`${scope}\` on ${which} streamer.`);
