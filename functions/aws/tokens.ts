import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { PersisterError } from "../persister/errors.ts";
import type { Tokens } from "../persister/ports.ts";
import { waitingOut } from "./available.ts";
import { itemTable, type TableOptions } from "./table.ts";
import { machineTiming } from "./timing.ts";

/** The partition of all tokens. Each is stored by its SHA-256; the token itself is not stored. */
export const tokensPartition = "tokens";

/** A token's item. */
export const tokenSchema = z.object({
  /** The name by which it is listed and revoked. */
  id: z.string(),
  /** `*` means all streamers. */
  streamer: z.string(),
  scopes: z.array(z.enum(["write", "read", "admin"])),
  /** ms since the epoch. */
  createdAt: z.number(),
  /** When it expires, ms since the epoch; undefined if it does not. */
  validUntil: z.optional(z.number()),
  /** The UTC day of its last use, yyyy-mm-dd. */
  usedOn: z.optional(z.string()),
});

const retryAfterSeconds = 5;

export function dynamoTokens(options: TableOptions): Tokens {
  const table = itemTable(options);
  const { client, table: TableName, timing = machineTiming } = options;
  const available = waitingOut(options);

  /** Stores the day of a token's last use, at most once a day. */
  async function noteUse(digest: string, day: string, abortSignal: AbortSignal): Promise<void> {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: marshall({ pk: tokensPartition, sk: digest }),
          UpdateExpression: "SET usedOn = :day",
          // A token that is revoked meanwhile stays revoked.
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: marshall({ ":day": day }),
        }),
        { abortSignal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  return {
    grantOf: (digest, deadline) =>
      available(
        deadline,
        async () => {
          const item = await table.get(tokensPartition, digest, deadline);
          if (item === undefined) return undefined;
          const { streamer, scopes, validUntil, usedOn } = tokenSchema.parse(item);
          const now = timing.now();
          if (validUntil !== undefined && validUntil <= now) return undefined;
          const day = new Date(now).toISOString().slice(0, 10);
          const permissions = scopes.map(scope => ({ scope, streamer }));
          if (usedOn === day) return { permissions };
          return { permissions, noteUse: signal => noteUse(digest, day, signal) };
        },
        unavailable,
      ),
  };
}

const unavailable = (cause: unknown) =>
  new PersisterError("tokens-unavailable", "The token table did not answer in time.", {
    retryAfterSeconds,
    cause,
  });
