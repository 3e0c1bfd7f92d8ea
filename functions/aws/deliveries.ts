import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { rememberedDaysMax } from "../persister/limits.ts";
import type { Deliveries } from "../persister/store.ts";
import { waitingOut } from "./available.ts";
import type { BucketOptions } from "./large-values.ts";
import { receiptStore, storedReceipt } from "./receipts.ts";
import { replayFacts } from "./replay-facts.ts";
import { itemTable, partitionOf, secondsIn, sequence, type TableOptions } from "./table.ts";

const keyOf = (key: string) => `key#${key}`;

/**
 * Stores deliveries by their Idempotency-Keys in DynamoDB: an item each in the streamer's partition, with a
 * TTL.
 */
export function dynamoDeliveries(options: TableOptions & BucketOptions): Deliveries {
  const table = itemTable(options);
  const available = waitingOut(options);
  const receipts = receiptStore(options);
  return {
    read: (streamer, key, deadline) =>
      available(deadline, async () => {
        const item = await table.get(partitionOf(streamer), keyOf(key), deadline);
        if (item === undefined) return undefined;
        const { receipt, ...kept } = keptSchema().parse(item);
        return {
          streamer,
          key,
          ...kept,
          ...(receipt && { receipt: await receipts.load(receipt, deadline) }),
        };
      }),
    write: (next, deadline) =>
      available(deadline, async () => {
        const { streamer, key, receipt, ...kept } = next;
        const item = {
          pk: partitionOf(streamer),
          sk: keyOf(key),
          expiresAt: secondsIn(rememberedDaysMax, options),
          ...kept,
          receipt: receipt && (await receipts.store(receipt, streamer, deadline)),
        };
        return table.putFenced(item, next, deadline);
      }),
  };
}

const keptSchema = memoize(() =>
  z.object({
    ...replayFacts(),
    fence: z.number(),
    stamp: z.string(),
    digest: z.string(),
    delivery: z.string(),
    archive: z.string(),
    createdAt: z.number(),
    base: z.number(),
    firstSequence: sequence(),
    receipt: z.optional(storedReceipt()),
  }),
);
