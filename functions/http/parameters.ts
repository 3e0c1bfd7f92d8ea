import * as z from "zod/mini";
import { historyEntriesMax, idempotencyKeyCharsMax, streamerNameCharsMax } from "../persister/limits.ts";
import { errorCatalogue, type ProblemCode } from "./error-catalogue.ts";

/** What requests say beside their bodies: each is checked by its schema here, which is the one in the OpenAPI document. */
export const streamerNameParameter = z
  .string()
  .check(
    z.regex(new RegExp(`^[a-z0-9][a-z0-9_-]{0,${streamerNameCharsMax - 1}}$`), "a streamer's name"),
    z.describe("Lower-case letters, digits, _ and -; begins with a letter or a digit."),
  );

/** A UUID's form. */
export const deliveryParameter = z
  .string()
  .check(z.regex(/^[0-9a-f-]{36}$/, "the id of a delivery"), z.describe("A delivery's id."));

export const errorCodeParameter = z
  .enum(Object.keys(errorCatalogue) as [ProblemCode])
  .check(z.describe("The `code` of an error."));

/** What is wrong with one says what is right: pageOf puts it into its words. */
const natural = (max: number) => {
  const right = `a number from 1 to ${max}`;
  return z.coerce.number(right).check(z.int(right), z.minimum(1, right), z.maximum(max, right));
};
const limit = natural(historyEntriesMax).check(z.describe("How many at most; 20 if it is left out."));

/** Which part of a list is asked for. */
export const historyQuery = z.object({
  limit: z._default(limit, 20),
  before: z._default(
    natural(Number.MAX_SAFE_INTEGER).check(
      z.describe("Only commits below this revision: `next` of the page before."),
    ),
    Number.MAX_SAFE_INTEGER,
  ),
});
export const streamersQuery = z.object({
  limit: z._default(limit, 20),
  after: z._default(
    streamerNameParameter.check(z.describe("Only streamers behind this name: `next` of the page before.")),
    "",
  ),
});
export const deliveriesQuery = z.object({
  limit: z._default(limit, 20),
  before: z.optional(
    deliveryParameter.check(z.describe("Only deliveries before this one: `next` of the page before.")),
  ),
});

export const idempotencyKeyHeader = z
  .string()
  .check(
    z.regex(new RegExp(`^[\\x21-\\x7e]{1,${idempotencyKeyCharsMax}}$`)),
    z.describe("The same key and body are the same delivery: it is taken once. A UUID is a good one."),
  );
