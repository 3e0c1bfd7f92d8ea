import * as z from "zod/mini";
import { durationMilliseconds } from "../persister/duration.ts";
import {
  expiresMillisecondsMax,
  expiresMillisecondsMin,
  streamerNameCharsMax,
  tokensListedMax,
} from "../persister/limits.ts";
import { natural } from "./parameters.ts";

/** The schemas of tokens: of requests and, as types of them, of responses. */

const scopes = ["write", "read", "admin"] as const;
const scope = z.enum(scopes, "one of write, read and admin");
const expiresExpected = "an ISO 8601 duration from PT1M to P3650D: weeks, P13W, or days and less, P90D";

function isExpiry(text: string): boolean {
  const milliseconds = durationMilliseconds(text) ?? 0;
  return milliseconds >= expiresMillisecondsMin && milliseconds <= expiresMillisecondsMax;
}

export const tokenRequestSchema = z
  .strictObject({
    streamer: z
      .string()
      .check(
        z.regex(
          new RegExp(`^(\\*|[a-z0-9][a-z0-9_-]{0,${streamerNameCharsMax - 1}})$`),
          "a streamer's name, or `*`",
        ),
        z.describe("A streamer's name, or `*` for all streamers."),
      ),
    scopes: z
      .array(scope)
      .check(
        z.minLength(1, "one or more of write, read and admin"),
        z.describe("What the token allows; the caller's token must have each of them."),
      ),
    expires: z.optional(
      z
        .string()
        .check(
          z.refine(isExpiry, expiresExpected),
          z.describe(`When it expires, from now: ${expiresExpected}. Without it, it does not expire.`),
        ),
    ),
  })
  .check(z.meta({ id: "TokenRequest", description: "A token to create." }));

const instant = (description: string) => z.iso.datetime().check(z.describe(description));

const tokenSchema = z.object({
  id: z.string().check(z.describe("The name by which it is listed and revoked.")),
  streamer: z.string().check(z.describe("The streamer's name, or `*` for all streamers.")),
  scopes: z.array(scope),
  createdAt: instant("When it was created."),
  expiresAt: z.optional(instant("When it expires; absent if it does not.")),
  usedOn: z.optional(z.iso.date().check(z.describe("The UTC day of its last use."))),
  live: z.boolean().check(z.describe("Whether it works; `false` once it has expired.")),
});
export const tokensSchema = z
  .object({
    next: z.optional(z.string().check(z.describe("`after` of the next page; absent on the last page."))),
    tokens: z.array(tokenSchema),
  })
  .check(z.meta({ id: "Tokens", description: "Tokens, oldest first. An expired one is kept for 30 days." }));
export const newTokenSchema = z
  .object({
    ...tokenSchema.shape,
    token: z.string().check(z.describe("The token. It is shown only here, and not stored.")),
  })
  .check(z.meta({ id: "NewToken", description: "A token that was created." }));

export const tokensQuery = z.object({
  limit: z._default(
    natural(tokensListedMax).check(z.describe("The most tokens to return; 20 by default.")),
    20,
  ),
  after: z._default(
    z
      .string()
      .check(
        z.regex(/^\d{14,16}-[\w-]{1,64}$/, "`next` of the previous page"),
        z.describe("Only tokens after this place: `next` of the previous page."),
      ),
    "",
  ),
});

export const tokenParameter = z
  .string()
  .check(z.regex(/^[\w-]{1,64}$/, "a token's id"), z.describe("A token's id, as it is listed."));
