import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { PersisterError } from "../persister/errors.ts";
import type { Bookmark, Lease, LeaseRequest, StreamerState, Streamers } from "../persister/ports.ts";
import { bookmarkValues, type StoredValue } from "./bookmark-values.ts";
import { keyOf, parseStreamer, type StreamerItem } from "./streamer-item.ts";

export interface DynamoStreamersOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly s3: S3Client;
  readonly bucket: string;
}

/** Another writer may win so often before it is told from a store in trouble. */
const beginAttemptsMax = 5;
const retryAfterSeconds = 5;
const sequencesPerMillisecond = 1_000_000n;

/** The streamers' items in DynamoDB: one item a streamer, written by single conditional updates. */
export function dynamoStreamers({ client, table, s3, bucket }: DynamoStreamersOptions): Streamers {
  const values = bookmarkValues(s3, bucket);

  async function readItem(streamer: string): Promise<StreamerItem | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyOf(streamer), ConsistentRead: true }),
    );
    return Item && parseStreamer(Item);
  }

  /** The item after it; undefined where the condition does not hold. */
  async function update(
    streamer: string,
    input: Omit<UpdateItemCommandInput, "TableName" | "Key" | "ReturnValues">,
  ): Promise<StreamerItem | undefined> {
    const command = { TableName: table, Key: keyOf(streamer), ReturnValues: "ALL_NEW", ...input } as const;
    try {
      const { Attributes } = await client.send(new UpdateItemCommand(command));
      return parseStreamer(Attributes ?? {});
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async function stateOf(item: StreamerItem | undefined): Promise<StreamerState | undefined> {
    if (item === undefined || item.revision === 0) return undefined;
    const { revision, committedAt, bookmark } = item;
    if (bookmark === undefined) return { revision, committedAt };
    return { revision, committedAt, bookmark: await values.read(bookmark) };
  }

  async function begin(request: LeaseRequest): Promise<Lease> {
    const { streamer, delivery, now, until } = request;
    for (let attempt = 0; attempt < beginAttemptsMax; attempt++) {
      const item = await readItem(streamer);
      // An answer that was lost: the lease is ours already.
      if (item?.lease?.delivery === delivery && item.lease.until === until)
        return leaseOf(request, item.fence, item.lease.firstSequence);
      if (item?.lease !== undefined && item.lease.until > now) throw inFlight(item.lease, now);
      const first = firstSequence(item, now);
      const fence = (item?.fence ?? 0) + 1;
      const begun = await update(streamer, {
        ConditionExpression: item === undefined ? "attribute_not_exists(pk)" : "fence = :read",
        UpdateExpression:
          "SET fence = :fence, lastSequence = :last, leaseDelivery = :delivery, leaseUntil = :until, " +
          "leaseSequence = :first, revision = if_not_exists(revision, :zero)",
        ExpressionAttributeValues: {
          ...(item === undefined ? {} : { ":read": { N: String(item.fence) } }),
          ":fence": { N: String(fence) },
          ":last": { N: String(first + BigInt(request.sequences) - 1n) },
          ":delivery": { S: delivery },
          ":until": { N: String(until) },
          ":first": { N: String(first) },
          ":zero": { N: "0" },
        },
      });
      if (begun) return leaseOf(request, fence, first);
    }
    throw new PersisterError(
      "delivery-in-flight",
      "Other deliveries of this streamer came first. Send it again.",
      {
        retryAfterSeconds,
      },
    );
  }

  async function commit(lease: Lease, bookmark: Bookmark | undefined, now: number): Promise<StreamerState> {
    const stored = bookmark && (await values.store(bookmark, lease));
    const committed = await update(lease.streamer, commitUpdate(lease, stored, now));
    const item = committed ?? (await readItem(lease.streamer));
    // Refused and yet done: the first attempt's answer was lost.
    if (item?.lastDelivery !== lease.delivery) throw lost(lease, item);
    const { revision, committedAt } = item;
    // Read back from S3, it could fail after all was done.
    return bookmark === undefined ? (await stateOf(item))! : { revision, committedAt, bookmark };
  }

  async function release(lease: Lease): Promise<void> {
    await update(lease.streamer, {
      ConditionExpression: "fence = :fence AND leaseDelivery = :delivery",
      UpdateExpression: "REMOVE leaseDelivery, leaseUntil, leaseSequence",
      ExpressionAttributeValues: { ":fence": { N: String(lease.fence) }, ":delivery": { S: lease.delivery } },
    });
  }

  return {
    read: streamer => available(async () => stateOf(await readItem(streamer))),
    begin: request => available(() => begin(request)),
    commit: (lease, bookmark, now) => available(() => commit(lease, bookmark, now)),
    release: lease => available(() => release(lease)),
  };
}

/** max(now, last + 1), so that a clock that goes back repeats no sequence. */
function firstSequence(item: StreamerItem | undefined, now: number): bigint {
  const byClock = BigInt(now) * sequencesPerMillisecond;
  const next = item === undefined ? byClock : item.lastSequence + 1n;
  return byClock > next ? byClock : next;
}

function commitUpdate(lease: Lease, stored: StoredValue | undefined, now: number) {
  const values = {
    ":fence": { N: String(lease.fence) },
    ":delivery": { S: lease.delivery },
    ":now": { N: String(now) },
    ":one": { N: "1" },
    ...(stored === undefined ? {} : { ":bookmark": { M: stored } }),
  };
  return {
    ConditionExpression: "fence = :fence AND leaseDelivery = :delivery",
    UpdateExpression:
      `SET revision = revision + :one, committedAt = :now, lastDelivery = :delivery${stored === undefined ? "" : ", bookmark = :bookmark"} ` +
      "REMOVE leaseDelivery, leaseUntil, leaseSequence",
    ExpressionAttributeValues: values,
  };
}

const leaseOf = (
  { streamer, delivery, until }: LeaseRequest,
  fence: number,
  firstSequence: bigint,
): Lease => ({
  streamer,
  delivery,
  fence,
  until,
  firstSequence,
});

function inFlight(lease: NonNullable<StreamerItem["lease"]>, now: number): PersisterError {
  return new PersisterError(
    "delivery-in-flight",
    `The delivery ${lease.delivery} of this streamer is being taken in. Send this one again once it is over.`,
    { retryAfterSeconds: Math.max(1, Math.ceil((lease.until - now) / 1_000)) },
  );
}

const lost = (lease: Lease, item: StreamerItem | undefined) =>
  new PersisterError(
    "lease-lost",
    `The delivery ${item?.lease?.delivery ?? item?.lastDelivery} took this streamer over while ${lease.delivery} was late. ` +
      "Nothing of it was committed. Fetch the bookmark, and start from it.",
    item === undefined ? {} : { revision: item.revision },
  );

/** What the SDK gives up on, after its own retries, passes. */
async function available<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PersisterError) throw cause;
    throw new PersisterError(
      "store-unavailable",
      "The bookmarks' table did not answer. Fetch the bookmark, and start from it.",
      {
        retryAfterSeconds,
        cause,
      },
    );
  }
}
