import type { Scope } from "../persister/ports.ts";

export type FunctionName = "ingest" | "bookmark" | "change" | "overview" | "tokens";

interface RouteEntry {
  /** The function that answers it. */
  readonly function: FunctionName;
  /** The scope that the caller's token must have. A route without one is public. */
  readonly scope?: Scope;
}

/**
 * Every route of the endpoint. The handlers, the authorization, the local gateway and the OpenAPI document
 * derive from this table; a test compares serverless.yml with it.
 */
const routes = {
  "POST /v1/streamers/{streamer}": { function: "ingest", scope: "write" },
  "GET /v1/streamers/{streamer}/bookmark": { function: "bookmark", scope: "read" },
  "PUT /v1/streamers/{streamer}/bookmark": { function: "change", scope: "admin" },
  "DELETE /v1/streamers/{streamer}/bookmark": { function: "change", scope: "admin" },
  "GET /v1/streamers/{streamer}/bookmark/history": { function: "bookmark", scope: "read" },
  "GET /v1/streamers": { function: "overview", scope: "read" },
  "GET /v1/streamers/{streamer}": { function: "overview", scope: "read" },
  "GET /v1/streamers/{streamer}/settings": { function: "overview", scope: "read" },
  "PUT /v1/streamers/{streamer}/settings": { function: "change", scope: "admin" },
  "GET /v1/streamers/{streamer}/days": { function: "overview", scope: "read" },
  "GET /v1/streamers/{streamer}/deliveries": { function: "overview", scope: "read" },
  "GET /v1/streamers/{streamer}/deliveries/{delivery}": { function: "overview", scope: "read" },
  "GET /v1/tokens": { function: "tokens", scope: "admin" },
  "POST /v1/tokens": { function: "tokens", scope: "admin" },
  "DELETE /v1/tokens/{id}": { function: "tokens", scope: "admin" },
  "GET /": { function: "overview" },
  "GET /v1/openapi.json": { function: "overview" },
  "GET /v1/errors/{code}": { function: "overview" },
  "GET /v1/health": { function: "bookmark" },
} as const satisfies Record<string, RouteEntry>;

export type Route = keyof typeof routes;

/** The routes that a function answers. */
export type RouteOf<F extends FunctionName> = {
  [R in Route]: (typeof routes)[R]["function"] extends F ? R : never;
}[Route];

/** The routes that need no token. */
export type PublicRoute = {
  [R in Route]: (typeof routes)[R] extends { readonly scope: Scope } ? never : R;
}[Route];

/** Every route as `[route, entry]`, in the table's order. */
export const routeEntries = Object.entries(routes) as readonly (readonly [Route, RouteEntry])[];

/** Returns the scope that a route requires. Throws if the route is public or unknown. */
export function scopeOf(route: string): Scope {
  const scope = routeEntries.find(([each]) => each === route)?.[1].scope;
  if (scope === undefined) throw new Error(`${route} requires no scope.`);
  return scope;
}
