import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { PersisterError } from "../persister/errors.ts";
import type { Fenced } from "../persister/store.ts";
import { machineTiming, type TimingOptions } from "./timing.ts";

/** An item's attributes. Numbers beyond 2^53 are BigInts; undefined members are not stored. */
export interface Item {
  readonly pk: string;
  readonly sk: string;
  readonly [attribute: string]: unknown;
}

export interface TableOptions extends TimingOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** A change of some of an item's attributes. */
interface Update {
  readonly set: object;
  readonly first?: object;
  readonly condition?: string;
  readonly values?: object;
}

/** A sequence, which is read as a number or, above 2^53, as a BigInt. */
export const sequence = memoize(() =>
  z.pipe(
    z.union([z.number(), z.bigint()]),
    z.transform((given: number | bigint) => BigInt(given)),
  ),
);

/** Returns the partition of all items of a streamer. */
export const partitionOf = (streamer: string) => `streamer#${streamer}`;

/**
 * The version of the items' attributes, stored with each. A change that an older version of this code would
 * damage, as it writes whole items, increments it.
 */
const itemFormat = 1;
const formatted = memoize(() => z.object({ format: z._default(z.number(), itemFormat) }));

/** Throws `newer-format` for an item of a newer version. The first releases stored no version. */
function assertReadable(item: unknown): void {
  const { format } = formatted().parse(item);
  if (format > itemFormat)
    throw new PersisterError(
      "newer-format",
      `An item of the table has the format ${format}, and this version knows formats up to ${itemFormat}.`,
    );
}

function readable(item: Record<string, AttributeValue>): unknown {
  const read = unmarshall(item);
  assertReadable(read);
  return read;
}

interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Returns a table that is written by single conditional puts. Rejects with the SDK's errors, and with
 * `newer-format` for an item that a newer version has written.
 */
export function itemTable({ client, table: TableName, timing = machineTiming }: TableOptions) {
  /** Resolves to false if the stored item does not satisfy the condition of what `send` sends. */
  async function isWritten(send: () => Promise<unknown>): Promise<boolean> {
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function query(
    pk: string,
    [first, last]: readonly [string, string],
    how: { readonly Limit: number; readonly ScanIndexForward: boolean },
    deadline: number,
  ): Promise<readonly unknown[]> {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: marshall({ ":pk": pk, ":first": first, ":last": last }),
        ConsistentRead: true,
        ...how,
      }),
      timing.until(deadline),
    );
    return Items.map(readable);
  }

  return {
    /** Resolves to the stored item, unparsed. */
    async get(pk: string, sk: string, deadline: number): Promise<unknown> {
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key: marshall({ pk, sk }), ConsistentRead: true }),
        timing.until(deadline),
      );
      return Item && readable(Item);
    },

    /** Resolves to false if the stored item's fencing token is not the one before `fence`. */
    putFenced(item: Item, { fence }: Fenced, deadline: number): Promise<boolean> {
      return fence === 1
        ? this.putIf("attribute_not_exists(pk)", {}, item, deadline)
        : this.putIf("fence = :read", { ":read": fence - 1 }, item, deadline);
    },

    /** Resolves to false if the stored item does not satisfy `expression`. */
    async putIf(expression: string, values: object, item: Item, deadline: number): Promise<boolean> {
      const hasValues = Object.keys(values).length > 0;
      const command = new PutItemCommand({
        TableName,
        Item: marshall({ ...item, format: itemFormat }, { removeUndefinedValues: true }),
        ConditionExpression: expression,
        ...(hasValues && { ExpressionAttributeValues: marshall(values) }),
      });
      return isWritten(() => client.send(command, timing.until(deadline)));
    },

    /**
     * Sets attributes of an item, and creates it if there is none; undefined removes one. `first` is set only
     * where the item lacks it. Resolves to false if the stored item does not satisfy `condition`.
     */
    async update(key: ItemKey, update: Update, deadline: number): Promise<boolean> {
      const command = new UpdateItemCommand({ TableName, Key: marshall(key), ...updateOf(update) });
      return isWritten(() => client.send(command, timing.until(deadline)));
    },

    /** Deletes an item, if there is one. */
    async remove(key: ItemKey, deadline: number): Promise<void> {
      await client.send(new DeleteItemCommand({ TableName, Key: marshall(key) }), timing.until(deadline));
    },

    /**
     * Adds to numbers of an item, and sets others; creates an item that does not exist. The SDK does not send
     * it again: after a lost answer, it would add twice.
     */
    async addOnce(
      key: ItemKey,
      { add, set }: { readonly add: object; readonly set: object },
      deadline: number,
    ): Promise<void> {
      const changes = additionOf(add, set);
      const command = new UpdateItemCommand({ TableName, Key: marshall(key), ...changes });
      command.middlewareStack.add(
        next => args =>
          next(args).catch((failure: Error) => {
            throw new NotSentAgain(`${failure.name}: ${failure.message}`);
          }),
        { step: "finalizeRequest", priority: "low" },
      );
      await client.send(command, timing.until(deadline));
    },

    /** Resolves to at most `limit` items from `first` on to `last`. */
    between(pk: string, range: readonly [string, string], limit: number, deadline: number) {
      return query(pk, range, { Limit: limit, ScanIndexForward: true }, deadline);
    },

    /** Resolves to at most `limit` items from `last` back to `first`; to fewer if they are large. */
    backwards(pk: string, range: readonly [string, string], limit: number, deadline: number) {
      return query(pk, range, { Limit: limit, ScanIndexForward: false }, deadline);
    },
  };
}

/** Returns the expressions of an update. */
function updateOf({ set, first = {}, condition, values = {} }: Update) {
  const given = Object.entries(set);
  const keep = Object.entries(first).filter(([, value]) => value !== undefined);
  const changed = given.filter(([, value]) => value !== undefined);
  const removed = given.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
  const sets = [
    ...changed.map(([name]) => `#${name} = :${name}`),
    ...keep.map(([name]) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const expression = [
    ...(sets.length > 0 ? [`SET ${sets.join(", ")}`] : []),
    ...(removed.length > 0 ? [`REMOVE ${removed.join(", ")}`] : []),
  ];
  const bound = [...changed, ...keep].map(([name, value]) => [`:${name}`, value] as const);
  const all = { ...Object.fromEntries(bound), ...values };
  return {
    ...(expression.length > 0 && {
      UpdateExpression: expression.join(" "),
      ExpressionAttributeNames: Object.fromEntries([...keep, ...given].map(([name]) => [`#${name}`, name])),
    }),
    ...(Object.keys(all).length > 0 && {
      ExpressionAttributeValues: marshall(all, { removeUndefinedValues: true }),
    }),
    ...(condition !== undefined && { ConditionExpression: condition }),
  };
}

/** An error that the SDK takes for final. It has no cause, which the SDK would inspect. */
class NotSentAgain extends Error {
  override readonly name = "NotSentAgain";
}

/** Returns the expressions of an addition. An attribute's name may be any text. */
function additionOf(add: object, set: object) {
  const all = [...Object.entries(add), ...Object.entries(set)];
  const clauseOf = (between: string, n: number) => `#n${n}${between}:n${n}`;
  const added = Object.keys(add).length;
  const adds = all.slice(0, added).map((_, n) => clauseOf(" ", n));
  const sets = all.slice(added).map((_, n) => clauseOf(" = ", n + added));
  return {
    UpdateExpression: `SET ${sets.join(", ")} ADD ${adds.join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries(all.map(([name], n) => [`#n${n}`, name])),
    ExpressionAttributeValues: marshall(Object.fromEntries(all.map(([, value], n) => [`:n${n}`, value]))),
  };
}

const daySeconds = 86_400;
/** Returns the time in so many days, as DynamoDB's TTL requires it: in seconds since the epoch. */
export const secondsIn = (days: number, { timing = machineTiming }: TimingOptions) =>
  Math.floor(timing.now() / 1_000) + days * daySeconds;
