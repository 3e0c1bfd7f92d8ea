import * as z from "zod/mini";
import { mediaTypes } from "./conversion.ts";
import { daysSchema } from "./day-schemas.ts";
import { bookmarkBody, settingsBody, stitchstreamBody } from "./documented-bodies.ts";
import { type Operation, type OperationDescription, okJson as ok } from "./operation.ts";
import {
  deliveriesQuery,
  deliveryParameter,
  errorCodeParameter,
  historyQuery,
  idempotencyKeyHeader,
  streamerNameParameter,
  streamersQuery,
} from "./parameters.ts";
import { publicDescriptions } from "./public-operations.ts";
import { type Route, routeEntries } from "./routes.ts";
import * as schemas from "./schemas.ts";
import { settingsSchema } from "./settings-schema.ts";
import { tokenOperations } from "./token-operations.ts";
import { tokenParameter } from "./token-schemas.ts";

const revisionCondition = z.string().check(z.describe('Revisions in quotes, such as `"5"`, or `*`.'));
const text = z.string();
const anything = z.unknown();

/** One of the two is required. */
const requiredConditions = {
  "If-Match": { schema: revisionCondition, example: "*" },
  "If-None-Match": { schema: revisionCondition, example: "*" },
} as const;

/** The errors of a change that its path and headers cause, in the catalogue's order. */
const changeHeaderErrors = ["bad-streamer-name", "precondition-required", "bad-header"] as const;
/** The same of a change with a body. */
const changeBodyErrors = [...changeHeaderErrors, "unsupported-encoding", "unsupported-type"] as const;
/** The errors of a bookmark's change that another one's causes. */
const bookmarkConflicts = ["delivery-in-flight", "precondition-failed"] as const;

const descriptions: Readonly<Record<Route, OperationDescription>> = {
  "POST /v1/streamers/{streamer}": {
    id: "deliver",
    summary: "Accepts a stitchstream.",
    description:
      "Archives it, validates it as a whole, forwards its records, and commits its bookmark once every " +
      "record before it is accepted. `Accept: text/plain` asks for the bookmark's line, not the receipt.",
    headers: {
      "If-Match": { schema: revisionCondition, example: '"0"' },
      "If-None-Match": { schema: revisionCondition, example: "*" },
      "Idempotency-Key": {
        schema: idempotencyKeyHeader,
        example: "0d9e3f52-6a0e-4f0b-9c1b-3f6f1c0a2b11",
      },
      "Content-Encoding": {
        schema: z
          .enum(["gzip", "identity"])
          .check(z.describe("A gzip body requires the type `application/octet-stream`.")),
        example: "identity",
      },
      "Persister-Segment": {
        schema: z
          .string()
          .check(z.describe("Which segment of a run the body is, from 1: shown while it is in flight.")),
        example: "1",
      },
      traceparent: {
        schema: z
          .string()
          .check(
            z.describe(
              "The caller's trace, logged, and passed on to the Import API if that is the destination.",
            ),
          ),
        example: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      },
    },
    body: stitchstreamBody,
    responses: {
      200: {
        description: "Committed: the receipt, or the bookmark's line for `Accept: text/plain`.",
        content: { [mediaTypes.json]: schemas.receiptSchema, "text/plain": text },
        headers: ["ETag", "Vary", "Cache-Control", "Idempotency-Replayed?"],
      },
    },
    errors: [
      "bad-streamer-name",
      "body-too-large",
      "archive-unavailable",
      "bad-header",
      "unsupported-encoding",
      "broken-gzip",
      "inflated-too-large",
      "store-unavailable",
      "bookmark-lost",
      "key-reused",
      "account-unavailable",
      "not-a-stitchstream",
      "malformed",
      "bookmark-too-large",
      "invalid-records",
      "delivery-in-flight",
      "superseded",
      "precondition-failed",
      "table-conflict",
      "schema-frozen",
      "rejected",
      "unavailable",
      "out-of-time",
    ],
    namingRevision: [400, 409, 412, 413, 415, 422, 502, 503, 504],
  },
  "GET /v1/streamers/{streamer}/bookmark": {
    id: "readBookmark",
    summary: "Returns the last committed bookmark.",
    description: "Verbatim, or converted to the type that `Accept` asks for.",
    headers: { "If-None-Match": { schema: revisionCondition, example: '"0"' } },
    responses: {
      200: {
        description: "The bookmark.",
        content: { [mediaTypes.json]: anything, [mediaTypes.transit]: anything, "text/plain": text },
        headers: ["ETag", "Last-Modified", "Vary", "Cache-Control"],
      },
      304: {
        description: "The revision is the one in `If-None-Match`.",
        content: {},
        headers: ["ETag", "Last-Modified", "Vary", "Cache-Control"],
      },
    },
    errors: ["bad-streamer-name", "store-unavailable", "bookmark-lost", "no-bookmark", "not-acceptable"],
    namingRevision: [404, 406],
  },
  "PUT /v1/streamers/{streamer}/bookmark": {
    id: "setBookmark",
    summary: "Sets the bookmark manually.",
    description: "The next run starts there.",
    headers: requiredConditions,
    body: bookmarkBody,
    responses: { 200: ok("The bookmark is set.", schemas.stateSchema, ["ETag", "Cache-Control"]) },
    errors: [
      ...changeBodyErrors,
      "store-unavailable",
      "malformed",
      "bookmark-too-large",
      ...bookmarkConflicts,
    ],
    namingRevision: [400, 409, 412, 413, 415, 428],
  },
  "DELETE /v1/streamers/{streamer}/bookmark": {
    id: "forgetBookmark",
    summary: "Deletes the bookmark.",
    description: "The next run starts from the beginning.",
    headers: requiredConditions,
    responses: { 200: ok("The bookmark is deleted.", schemas.stateSchema, ["ETag", "Cache-Control"]) },
    errors: [...changeHeaderErrors, "store-unavailable", ...bookmarkConflicts],
    namingRevision: [400, 409, 412, 428],
  },
  "GET /v1/streamers/{streamer}/bookmark/history": {
    id: "readHistory",
    summary: "Lists the bookmark's commits, newest first.",
    query: historyQuery(),
    responses: { 200: ok("A page of commits.", schemas.historySchema, ["ETag", "Cache-Control"]) },
    errors: ["bad-streamer-name", "bad-query", "store-unavailable", "bookmark-lost"],
    namingRevision: [400],
  },
  "GET /v1/streamers": {
    id: "listStreamers",
    summary: "Lists the streamers that the token may read, by name.",
    query: streamersQuery(),
    responses: { 200: ok("A page of streamers.", schemas.streamersSchema) },
    errors: ["bad-query", "store-unavailable"],
  },
  "GET /v1/streamers/{streamer}": {
    id: "readStreamer",
    summary: "Returns how a streamer is doing.",
    description: "Its bookmark and the bookmark's age, its totals, its last failure, and what is in flight.",
    responses: { 200: ok("The streamer.", schemas.streamerSchema, ["ETag", "Cache-Control"]) },
    errors: ["bad-streamer-name", "store-unavailable", "bookmark-lost", "no-streamer"],
    namingRevision: [404],
  },
  "GET /v1/streamers/{streamer}/settings": {
    id: "readSettings",
    summary: "Returns a streamer's settings; `{}` if it has none.",
    responses: { 200: ok("The settings.", settingsSchema, ["ETag", "Cache-Control"]) },
    errors: ["bad-streamer-name", "store-unavailable"],
  },
  "PUT /v1/streamers/{streamer}/settings": {
    id: "setSettings",
    summary: "Replaces a streamer's settings.",
    headers: { "If-Match": { schema: revisionCondition, example: "*" } },
    body: settingsBody,
    responses: { 200: ok("The settings are set.", settingsSchema, ["ETag", "Cache-Control"]) },
    errors: [...changeBodyErrors, "bad-settings", "store-unavailable", "precondition-failed"],
    namingRevision: [412],
  },
  "GET /v1/streamers/{streamer}/days": {
    id: "listDays",
    summary: "Returns how many records and bytes came by day.",
    description: "The last 35 days with a commit, in UTC, newest first.",
    responses: { 200: ok("The days.", daysSchema) },
    errors: ["bad-streamer-name", "store-unavailable"],
  },
  "GET /v1/streamers/{streamer}/deliveries": {
    id: "listDeliveries",
    summary: "Lists a streamer's deliveries, newest first.",
    description: "With their outcomes.",
    query: deliveriesQuery(),
    responses: { 200: ok("A page of deliveries.", schemas.deliveriesSchema) },
    errors: ["bad-streamer-name", "bad-query", "store-unavailable", "bookmark-lost"],
    namingRevision: [400],
  },
  "GET /v1/streamers/{streamer}/deliveries/{delivery}": {
    id: "readDelivery",
    summary: "Returns a delivery's outcome, with its receipt or its error.",
    responses: { 200: ok("The delivery.", schemas.deliverySchema) },
    errors: ["bad-streamer-name", "store-unavailable", "bookmark-lost", "no-delivery"],
    namingRevision: [404],
  },
  ...tokenOperations,
  ...publicDescriptions,
};

/** Every operation of the endpoint, in the order of the routes. */
export const operations: readonly Operation[] = routeEntries.map(([route, { scope }]) => ({
  route,
  scope,
  ...descriptions[route],
}));

/** The parameters of a route's path. */
export const pathParameters: Readonly<Record<string, z.ZodMiniType>> = {
  streamer: streamerNameParameter,
  delivery: deliveryParameter,
  id: tokenParameter,
  code: errorCodeParameter(),
};
