import { bookmark } from "../../functions/bookmark.ts";
import { change } from "../../functions/change.ts";
import { ingest } from "../../functions/ingest.ts";
import { overview } from "../../functions/overview.ts";
import type { Wired } from "../../functions/wire.ts";
import type { Route } from "./gateway/routes.ts";

const functions = { ingest, bookmark, change, overview };
type FunctionName = keyof typeof functions;

/** The routes of serverless.yml. */
const routes: readonly [route: string, name: FunctionName][] = [
  ["POST /v1/streamers/{streamer}", "ingest"],
  ["GET /v1/streamers/{streamer}/bookmark", "bookmark"],
  ["GET /v1/streamers/{streamer}/bookmark/history", "bookmark"],
  ["GET /v1/health", "bookmark"],
  ["PUT /v1/streamers/{streamer}/bookmark", "change"],
  ["DELETE /v1/streamers/{streamer}/bookmark", "change"],
  ["GET /v1/streamers", "overview"],
  ["GET /v1/streamers/{streamer}", "overview"],
  ["GET /v1/streamers/{streamer}/deliveries", "overview"],
  ["GET /v1/streamers/{streamer}/deliveries/{delivery}", "overview"],
  ["GET /v1/openapi.json", "overview"],
  ["GET /v1/errors/{code}", "overview"],
];
/** The functions' timeouts there, ms. */
const ingestMilliseconds = 29_000;
const otherMilliseconds = 10_000;

export type HandlerOf = (name: FunctionName, timeoutMs: number) => Route["handler"];

/** The functions' own handlers, in this process. */
export const handlersHere =
  (wired: Wired): HandlerOf =>
  name =>
    functions[name](() => wired);

export const routesOf = (handlerOf: HandlerOf, ingestTimeoutMs = ingestMilliseconds): Route[] =>
  routes.map(([route, name]) => {
    const [method, path] = route.split(" ") as [string, string];
    const timeoutMs = name === "ingest" ? ingestTimeoutMs : otherMilliseconds;
    return { method, path, timeoutMs, handler: handlerOf(name, timeoutMs) };
  });
