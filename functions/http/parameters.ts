import * as z from "zod/mini";
import { PersisterError } from "../persister/errors.ts";
import {
  historyEntriesMax,
  idempotencyKeyCharsMax,
  streamerNameCharsMax,
  streamersListedMax,
} from "../persister/limits.ts";
import { noDelivery } from "../persister/query/overview.ts";
import type { ProblemCode } from "./catalogue-entry.ts";
import { errorCatalogue } from "./error-catalogue.ts";

/**
 * The parameters of requests. Each schema here checks requests and is in the OpenAPI document. Queries have
 * functions that make them, since a start needs none.
 */
export const streamerNameParameter = z
  .string()
  .check(
    z.regex(new RegExp(`^[a-z0-9][a-z0-9_-]{0,${streamerNameCharsMax - 1}}$`), "a streamer's name"),
    z.describe("Lower-case letters, digits, _ and -; begins with a letter or a digit."),
  );

/** In the form of a UUID. */
export const deliveryParameter = z
  .string()
  .check(z.regex(/^[0-9a-f-]{36}$/, "the id of a delivery"), z.describe("A delivery's id."));

export const errorCodeParameter = () =>
  z.enum(Object.keys(errorCatalogue) as [ProblemCode]).check(z.describe("The `code` of an error."));

/** The message says what is expected: `pageOf` puts it into its sentence. */
export const natural = (max: number) => {
  const expected = `a number from 1 to ${max}`;
  return z.coerce.number(expected).check(z.int(expected), z.minimum(1, expected), z.maximum(max, expected));
};
const limit = () =>
  natural(historyEntriesMax).check(z.describe("The most entries to return; 20 by default."));

export const historyQuery = () =>
  z.object({
    limit: z._default(limit(), 20),
    before: z._default(
      natural(Number.MAX_SAFE_INTEGER).check(
        z.describe("Only commits below this revision: `next` of the previous page."),
      ),
      Number.MAX_SAFE_INTEGER,
    ),
  });
const states = ["stale", "failing", "running"] as const;
export const streamersQuery = () =>
  z.object({
    limit: z._default(
      natural(streamersListedMax).check(z.describe("The most streamers to return; 20 by default.")),
      20,
    ),
    after: z._default(
      streamerNameParameter.check(z.describe("Only streamers after this name: `next` of the previous page.")),
      "",
    ),
    state: z.optional(
      z
        .enum(states, `one of ${states.join(", ")}`)
        .check(z.describe("Only streamers in this state. A page may be short: `next` continues.")),
    ),
    q: z._default(
      z
        .string()
        .check(
          z.regex(new RegExp(`^[a-z0-9_-]{0,${streamerNameCharsMax}}$`), "the beginning of a name"),
          z.describe("Only streamers whose names begin with this."),
        ),
      "",
    ),
  });
export const deliveriesQuery = () =>
  z.object({
    limit: z._default(limit(), 20),
    before: z.optional(
      deliveryParameter.check(z.describe("Only deliveries before this one: `next` of the previous page.")),
    ),
  });

export const idempotencyKeyHeader = z
  .string()
  .check(
    z.regex(new RegExp(`^[\\x21-\\x7e]{1,${idempotencyKeyCharsMax}}$`)),
    z.describe("The same key and body are the same delivery, which is committed once. Use a UUID."),
  );

export const isStreamerName = (name: string) => streamerNameParameter.safeParse(name).success;

/** Returns the URL's streamer name. Throws `bad-streamer-name`. */
export function streamerName(name: string): string {
  if (isStreamerName(name)) return name;
  throw new PersisterError("bad-streamer-name", "The streamer name in the URL is not valid.");
}

/** Returns the URL's delivery id. Throws `no-delivery` if it is not a valid id. */
export function deliveryId(id: string): string {
  if (deliveryParameter.safeParse(id).success) return id;
  throw noDelivery();
}

/** Returns the part of a list that a query asks for. Throws `bad-query`, which names the parameter. */
export function pageOf<T extends z.ZodMiniObject>(query: URLSearchParams, schema: T): z.infer<T> {
  const parsed = schema.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue];
  throw new PersisterError("bad-query", `\`${path.join(".")}\` must be ${message}.`);
}
