import { randomBytes } from "node:crypto";
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import {
  listedKey,
  listedPrefix,
  listedSeconds,
  tokenKey,
  tokenSchema,
  tokensPartition,
} from "../../functions/aws/tokens.ts";
import { digestOf } from "../../functions/http/authorize.ts";
import type { Scope } from "../../functions/persister/ports.ts";
import { CommandError } from "../run-command.ts";

/** A token's item. The token itself is not stored. */
export type Token = z.infer<typeof tokenSchema> & { readonly digest: string };

export interface TokenTable {
  readonly client: DynamoDBClient;
  readonly table: string;
}

const tokenBytes = 32;
const idBytes = 5;
/** Two, so that the next token is in use before the last one is revoked. */
const liveMax = 2;

/** Secret scanners can recognize the prefix. */
const newToken = () => `persister_${randomBytes(tokenBytes).toString("base64url")}`;

/**
 * Creates a token of 256 random bits and stores its SHA-256. Throws CommandError if two live tokens have
 * one of the scopes on the streamer already.
 */
export async function createToken(
  {
    streamer,
    scopes,
    validUntil,
  }: {
    readonly streamer: string;
    readonly scopes: readonly Scope[];
    readonly validUntil: number | undefined;
  },
  { client, table: TableName }: TokenTable,
): Promise<{ readonly id: string; readonly token: string }> {
  const alike = (await listTokens({ client, table: TableName })).filter(
    each => isLive(each) && each.streamer === streamer && each.scopes.some(scope => scopes.includes(scope)),
  );
  if (alike.length >= liveMax) {
    const ids = alike.map(({ id }) => id).join(" or ");
    throw new CommandError(`${streamer} has two live tokens with these scopes already. Revoke ${ids} first.`);
  }
  const [token, id] = [newToken(), randomBytes(idBytes).toString("hex")];
  const digest = digestOf(token);
  const item = {
    ...tokenKey(digest),
    id,
    streamer,
    scopes,
    createdAt: Date.now(),
    validUntil,
    // DynamoDB's TTL deletes it.
    expiresAt: validUntil && Math.ceil(validUntil / 1_000) + listedSeconds,
  };
  // Listed first, so that every token that works is listed and can be revoked.
  for (const each of [{ ...listedKey(digest), expiresAt: item.expiresAt }, item])
    await client.send(
      new PutItemCommand({ TableName, Item: marshall(each, { removeUndefinedValues: true }) }),
    );
  return { id, token };
}

/** Lists all tokens, oldest first. */
export async function listTokens({ client, table: TableName }: TokenTable): Promise<Token[]> {
  const tokens: Token[] = [];
  let ExclusiveStartKey: QueryCommand["input"]["ExclusiveStartKey"];
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: marshall({ ":pk": tokensPartition }),
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    );
    const place = { client, table: TableName };
    const found = await Promise.all(Items.map(item => tokenOf(unmarshall(item), place)));
    tokens.push(...found.filter(token => token !== undefined));
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return tokens.sort((a, b) => a.createdAt - b.createdAt);
}

/** Resolves to the token of an item of the list; to undefined if it was revoked, or never stored. */
async function tokenOf(item: Record<string, unknown>, { client, table: TableName }: TokenTable) {
  const sk = z.string().parse(item.sk);
  const digest = sk.startsWith(listedPrefix) ? sk.slice(listedPrefix.length) : undefined;
  // Earlier versions stored the token itself in the list.
  if (digest === undefined) return { ...tokenSchema.parse(item), digest: sk };
  const Key = marshall(tokenKey(digest));
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return Item && { ...tokenSchema.parse(unmarshall(Item)), digest };
}

/** Revokes a token immediately. Throws CommandError if no token has this id. */
export async function revokeToken(id: string, place: TokenTable): Promise<void> {
  const token = (await listTokens(place)).find(each => each.id === id);
  if (token === undefined) throw new CommandError(`There is no token ${id}.`);
  const { digest } = token;
  // The token is deleted before its entry: a token that is not listed must not work.
  for (const key of [tokenKey(digest), { pk: tokensPartition, sk: digest }, listedKey(digest)])
    await place.client.send(new DeleteItemCommand({ TableName: place.table, Key: marshall(key) }));
}

export const isLive = ({ validUntil }: Token) => validUntil === undefined || validUntil > Date.now();
