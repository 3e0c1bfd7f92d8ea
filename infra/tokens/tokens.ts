import { randomBytes } from "node:crypto";
import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { tokenSchema, tokensPartition } from "../../functions/aws/tokens.ts";
import { digestOf } from "../../functions/http/authorize.ts";
import type { Scope } from "../../functions/persister/ports.ts";
import { Told } from "../run-command.ts";

/** A token as its item says; the token itself is nowhere. */
export type Token = z.infer<typeof tokenSchema> & { readonly digest: string };

export interface Place {
  readonly client: DynamoDBClient;
  readonly table: string;
}

const tokenBytes = 32;
const idBytes = 5;
/** Two, so that the next one is in use before the last one is revoked. */
const liveMax = 2;
/** An ended token is listed for so long. */
const shownDays = 30;
const daySeconds = 86_400;

/** A secret scanner knows it by its beginning. */
const newToken = () => `persister_${randomBytes(tokenBytes).toString("base64url")}`;

/** Makes a token of 256 random bits; what is stored of it is its SHA-256. Throws Told for the third of a kind. */
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
  { client, table: TableName }: Place,
): Promise<{ readonly id: string; readonly token: string }> {
  const alike = (await listTokens({ client, table: TableName })).filter(
    each => isLive(each) && each.streamer === streamer && each.scopes.some(scope => scopes.includes(scope)),
  );
  if (alike.length >= liveMax) {
    const ids = alike.map(({ id }) => id).join(" or ");
    throw new Told(`${streamer} has two live tokens for this already: revoke ${ids} first.`);
  }
  const [token, id] = [newToken(), randomBytes(idBytes).toString("hex")];
  const item = {
    pk: tokensPartition,
    sk: digestOf(token),
    id,
    streamer,
    scopes,
    createdAt: Date.now(),
    validUntil,
    // DynamoDB's TTL takes it away.
    expiresAt: validUntil && Math.ceil(validUntil / 1_000) + shownDays * daySeconds,
  };
  await client.send(new PutItemCommand({ TableName, Item: marshall(item, { removeUndefinedValues: true }) }));
  return { id, token };
}

/** All there are, oldest first. */
export async function listTokens({ client, table: TableName }: Place): Promise<Token[]> {
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
    for (const item of Items.map(each => unmarshall(each)))
      tokens.push({ ...tokenSchema.parse(item), digest: z.string().parse(item.sk) });
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return tokens.sort((a, b) => a.createdAt - b.createdAt);
}

/** Ends a token at once. Throws Told where there is none of this id. */
export async function revokeToken(id: string, place: Place): Promise<void> {
  const token = (await listTokens(place)).find(each => each.id === id);
  if (token === undefined) throw new Told(`There is no token ${id}.`);
  const Key = marshall({ pk: tokensPartition, sk: token.digest });
  await place.client.send(new DeleteItemCommand({ TableName: place.table, Key }));
}

export const isLive = ({ validUntil }: Token) => validUntil === undefined || validUntil > Date.now();
