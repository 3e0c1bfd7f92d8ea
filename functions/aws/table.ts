import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { Fenced } from "../persister/store.ts";
import { machineTiming, type TimingOptions } from "./timing.ts";

/** An item's attributes as values. Numbers beyond 2^53 are BigInts, and undefined members are left out. */
export interface Item {
  readonly pk: string;
  readonly sk: string;
  readonly [attribute: string]: unknown;
}

export interface TableOptions extends TimingOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Of a number or a BigInt, as its size is. */
export const sequence = z.pipe(
  z.union([z.number(), z.bigint()]),
  z.transform((given: number | bigint) => BigInt(given)),
);

/** All of a streamer's items have one partition. */
export const partitionOf = (streamer: string) => `streamer#${streamer}`;

/** One table's items, written by single conditional puts. Rejects with the SDK's errors. */
export function itemTable({ client, table: TableName, timing = machineTiming }: TableOptions) {
  async function put(item: Item, condition: object, deadline: number): Promise<boolean> {
    const Item = marshall(item, { removeUndefinedValues: true });
    try {
      await client.send(new PutItemCommand({ TableName, Item, ...condition }), timing.until(deadline));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    /** What is there, as values to be parsed. */
    async get(pk: string, sk: string, deadline: number): Promise<unknown> {
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key: marshall({ pk, sk }), ConsistentRead: true }),
        timing.until(deadline),
      );
      return Item && unmarshall(Item);
    },

    /** False where the stored item is not the one that `fenced` was made of. */
    putUpon(item: Item, { fence }: Fenced, deadline: number): Promise<boolean> {
      return fence === 1
        ? this.putIf("attribute_not_exists(pk)", {}, item, deadline)
        : this.putIf("fence = :read", { ":read": fence - 1 }, item, deadline);
    },

    async put(item: Item, deadline: number): Promise<void> {
      await put(item, {}, deadline);
    },

    /** False where the stored item is not as `expression` says. */
    putIf(expression: string, values: object, item: Item, deadline: number): Promise<boolean> {
      const hasValues = Object.keys(values).length > 0;
      const condition = {
        ConditionExpression: expression,
        ...(hasValues && { ExpressionAttributeValues: marshall(values) }),
      };
      return put(item, condition, deadline);
    },

    /** At most `limit` items behind the key `after`. */
    async onwards(pk: string, after: string, limit: number, deadline: number): Promise<readonly unknown[]> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk AND sk > :after",
          ExpressionAttributeValues: marshall({ ":pk": pk, ":after": after }),
          ConsistentRead: true,
          Limit: limit,
        }),
        timing.until(deadline),
      );
      return Items.map(item => unmarshall(item));
    },

    /** At most `limit` items from `first` to `last`, backwards; less where they are large. */
    async backwards(
      pk: string,
      [first, last]: readonly [string, string],
      limit: number,
      deadline: number,
    ): Promise<readonly unknown[]> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
          ExpressionAttributeValues: marshall({ ":pk": pk, ":first": first, ":last": last }),
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: limit,
        }),
        timing.until(deadline),
      );
      return Items.map(item => unmarshall(item));
    },
  };
}

const daySeconds = 86_400;
/** When so many days are over, as DynamoDB's TTL wants it: seconds since the epoch. */
export const secondsIn = (days: number, { timing = machineTiming }: TimingOptions) =>
  Math.floor(timing.now() / 1_000) + days * daySeconds;
