import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { PersisterError } from "../persister/errors.ts";
import type { Tokens } from "../persister/ports.ts";
import { waitingOut } from "./available.ts";
import { itemTable, type TableOptions } from "./table.ts";
import { machineTiming } from "./timing.ts";

/** The partition in which earlier versions stored all tokens, by digest. New ones are only listed in it. */
export const tokensPartition = "tokens";
/** The prefix of a token's key in the list, before the digest. No earlier version's digest has it. */
const listedPrefix = "listed#";
export const listedKey = (digest: string) => ({ pk: tokensPartition, sk: `${listedPrefix}${digest}` });
/** How long an expired token is listed, in seconds: DynamoDB's TTL deletes it then. */
export const listedSeconds = 30 * 86_400;

/**
 * Returns the key of a token's item. Each token has its own partition, as a partition serves 3,000 read units
 * a second: docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html. A token is
 * stored by its SHA-256; the token itself is not stored.
 */
export const tokenKey = (digest: string) => ({ pk: `token#${digest}`, sk: "token" });
export const earlierKey = (digest: string) => ({ pk: tokensPartition, sk: digest });
type Key = ReturnType<typeof tokenKey>;

/** A token's item. */
export const tokenSchema = memoize(() =>
  z.object({
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
  }),
);

const retryAfterSeconds = 5;

export function dynamoTokens(options: TableOptions): Tokens {
  const table = itemTable(options);
  const { client, table: TableName, timing = machineTiming } = options;
  const available = waitingOut(options);

  /** Stores the day of a token's last use, at most once a day. */
  async function noteUse(key: Key, day: string, abortSignal: AbortSignal): Promise<void> {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: marshall(key),
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

  /** Resolves to a token's item and its key. */
  async function find(digest: string, deadline: number) {
    for (const key of [tokenKey(digest), earlierKey(digest)]) {
      const item = await table.get(key.pk, key.sk, deadline);
      if (item !== undefined) return { key, item };
    }
    return undefined;
  }

  return {
    grantOf: (digest, deadline) =>
      available(
        deadline,
        async () => {
          const found = await find(digest, deadline);
          if (found === undefined) return undefined;
          const { key, item } = found;
          const { id, streamer, scopes, validUntil, usedOn } = tokenSchema().parse(item);
          const now = timing.now();
          if (validUntil !== undefined && validUntil <= now) return undefined;
          const day = new Date(now).toISOString().slice(0, 10);
          const permissions = scopes.map(scope => ({ scope, streamer }));
          if (usedOn === day) return { id, permissions };
          return { id, permissions, noteUse: signal => noteUse(key, day, signal) };
        },
        tokensUnavailable,
      ),
  };
}

/** Returns the error if the table does not answer. */
export const tokensUnavailable = (cause: unknown) =>
  new PersisterError("tokens-unavailable", "The token table did not answer in time.", {
    retryAfterSeconds,
    cause,
  });
