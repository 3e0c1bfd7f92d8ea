import { bookmark } from "../../functions/bookmark.ts";
import { change } from "../../functions/change.ts";
import { type FunctionName, routeEntries } from "../../functions/http/routes.ts";
import { ingest } from "../../functions/ingest.ts";
import { overview } from "../../functions/overview.ts";
import { tokens } from "../../functions/tokens.ts";
import type { Wired } from "../../functions/wire.ts";
import type { WiredTokens } from "../../functions/wire-tokens.ts";
import type { Route } from "./gateway/routes.ts";

const functions = { ingest, bookmark, change, overview, tokens } satisfies Record<FunctionName, unknown>;

/** The functions' timeouts in serverless.yml. */
const ingestMilliseconds = 29_000;
const otherMilliseconds = 10_000;

export type HandlerOf = (name: FunctionName, timeoutMilliseconds: number) => Route["handler"];

/** Runs the functions' own handlers in this process. */
export const handlersHere =
  (wired: Wired & WiredTokens): HandlerOf =>
  name =>
    functions[name](() => wired);

/** Returns the endpoint's routes, each with the handler that `handlerOf` returns for its function. */
export const routesOf = (handlerOf: HandlerOf, ingestTimeoutMilliseconds = ingestMilliseconds): Route[] =>
  routeEntries.map(([route, { function: name }]) => {
    const [method, path] = route.split(" ") as [string, string];
    const timeoutMilliseconds = name === "ingest" ? ingestTimeoutMilliseconds : otherMilliseconds;
    return { method, path, timeoutMilliseconds, handler: handlerOf(name, timeoutMilliseconds) };
  });
