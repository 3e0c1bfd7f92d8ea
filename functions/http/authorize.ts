import { createHash } from "node:crypto";
import { PersisterError } from "../persister/errors.ts";
import type { Permission, Scope, Tokens } from "../persister/ports.ts";
import type { Aside } from "./aside.ts";
import type { HttpRequest } from "./http-message.ts";
import { streamerName } from "./path.ts";
import { scopeOf } from "./routes.ts";

/** Who says what a caller may do: our own tokens, or the gateway before us. */
export type Authority =
  | { readonly by: "token"; readonly tokens: Tokens }
  /** A JWT that the gateway has checked: its scopes are `<streamer or *>:<scope>`. */
  | { readonly by: "jwt" }
  /** IAM's policies name methods and paths: who comes through may. */
  | { readonly by: "iam" };

const scopes: readonly Scope[] = ["write", "read", "admin"];
/** What a token's holder may do who may all. */
export const allPermissions: readonly Permission[] = scopes.map(scope => ({ scope, streamer: "*" }));

/** What a request is admitted by. */
export interface Gate {
  readonly authority: Authority;
  /** ms since the epoch. */
  readonly deadline: number;
  readonly aside: Aside;
}

/**
 * Resolves to the URL's streamer if the caller has the route's scope on it.
 * Rejects with `unauthorized`, `forbidden` or `bad-streamer-name`.
 */
export async function authorize(request: HttpRequest, gate: Gate): Promise<string> {
  const scope = scopeOf(request.route);
  const names = permitted(await authenticate(request, gate), scope);
  if (names !== "all" && !names.has(request.streamer)) throw forbidden(scope);
  return streamerName(request.streamer);
}

/**
 * Resolves to the streamers, at least one, on which the caller has the route's scope.
 * Rejects with `unauthorized` or `forbidden`.
 */
export async function authorizeSome(request: HttpRequest, gate: Gate): Promise<ReadonlySet<string> | "all"> {
  const scope = scopeOf(request.route);
  const names = permitted(await authenticate(request, gate), scope);
  if (names !== "all" && names.size === 0) throw forbidden(scope, "any");
  return names;
}

async function authenticate(request: HttpRequest, gate: Gate): Promise<readonly Permission[]> {
  const { authority } = gate;
  switch (authority.by) {
    case "token":
      return ofToken(request.headers, authority.tokens, gate);
    case "jwt":
      return ofClaim(request.jwtScopes ?? "");
    case "iam":
      return allPermissions;
  }
}

/**
 * `Authorization: Bearer …` (RFC 6750). Whatever is wrong with a token, its digest is looked up, and the answer is the same:
 * its time tells nothing either, for what the look-up compares is no secret.
 */
async function ofToken(
  headers: Headers,
  tokens: Tokens,
  { deadline, aside }: Gate,
): Promise<readonly Permission[]> {
  const token = /^Bearer +([^ ]+) *$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const grant = await tokens.grantOf(digestOf(token), deadline);
  if (grant?.noteUse !== undefined) aside.start("Noting a token's last use", grant.noteUse);
  if (grant !== undefined) return grant.permissions;
  throw new PersisterError("unauthorized", "The token is missing, wrong, expired or revoked.");
}

/** What is stored of a token. */
export const digestOf = (token: string) => createHash("sha256").update(token).digest("hex");

/** `github:write *:read`; words of other services are none of ours. */
function ofClaim(claim: string): readonly Permission[] {
  return claim.split(" ").flatMap(word => {
    const [streamer = "", name, ...more] = word.split(":");
    const scope = scopes.find(each => each === name);
    return scope === undefined || more.length > 0 ? [] : [{ scope, streamer }];
  });
}

function permitted(permissions: readonly Permission[], scope: Scope): ReadonlySet<string> | "all" {
  const names = permissions.filter(each => each.scope === scope).map(({ streamer }) => streamer);
  return names.includes("*") ? "all" : new Set(names);
}

const forbidden = (scope: Scope, which = "this") =>
  new PersisterError("forbidden", `The token does not hold the scope \`${scope}\` on ${which} streamer.`);
