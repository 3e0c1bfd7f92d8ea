import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { allSettled } from "../persister/all-settled.ts";
import { rememberedDaysMax } from "../persister/limits.ts";
import type { DeliveryLog, FiledDelivery } from "../persister/store.ts";
import { waitingOut } from "./available.ts";
import type { BucketOptions } from "./large-values.ts";
import { receiptStore, storedReceipt } from "./receipts.ts";
import { replayFacts } from "./replay-facts.ts";
import { itemTable, partitionOf, secondsIn, type TableOptions } from "./table.ts";

const keyOf = (delivery: string) => `delivery#${delivery}`;
const [first, last] = [keyOf(""), keyOf("~")];

const noReceipt = "attribute_not_exists(receipt)";
const noFailure = "attribute_not_exists(failure)";

/** Returns the condition that the stored item must meet, so that `FiledDelivery` may replace it. */
function conditionFor({ receipt, failure }: FiledDelivery): [string, object] {
  if (receipt !== undefined)
    return [`${noReceipt} OR receipt.revision <= :revision`, { ":revision": receipt.revision }];
  if (failure?.passing === true) return [`${noReceipt} AND ${noFailure}`, {}];
  return [`${noReceipt} AND (${noFailure} OR failure.passing = :passing)`, { ":passing": true }];
}

/** Stores the outcomes of deliveries in DynamoDB: an item each in the streamer's partition, with a TTL. */
export function dynamoDeliveryLog(options: TableOptions & BucketOptions): DeliveryLog {
  const table = itemTable(options);
  const available = waitingOut(options);
  const receipts = receiptStore(options);

  async function filedOf(item: unknown, streamer: string, deadline: number): Promise<FiledDelivery> {
    const { receipt, failure, ...filed } = filedSchema().parse(item);
    return {
      streamer,
      ...filed,
      ...(failure && { failure }),
      ...(receipt && { receipt: await receipts.load(receipt, deadline) }),
    };
  }

  return {
    file: (next, deadline) =>
      available(deadline, async () => {
        const { streamer, delivery, receipt, ...filed } = next;
        const item = {
          pk: partitionOf(streamer),
          sk: keyOf(delivery),
          expiresAt: secondsIn(rememberedDaysMax, options),
          delivery,
          ...filed,
          receipt: receipt && (await receipts.store(receipt, streamer, deadline)),
        };
        const [expression, values] = conditionFor(next);
        await table.putIf(expression, values, item, deadline);
      }),
    read: (streamer, delivery, deadline) =>
      available(deadline, async () => {
        const item = await table.get(partitionOf(streamer), keyOf(delivery), deadline);
        return item === undefined ? undefined : filedOf(item, streamer, deadline);
      }),
    list: (streamer, before, limit, deadline) =>
      available(deadline, async () => {
        // BETWEEN includes its bounds, so one more item makes up for `before` itself.
        const range = [first, before === undefined ? last : keyOf(before)] as const;
        const items = await table.backwards(partitionOf(streamer), range, limit + 1, deadline);
        const filed = await allSettled(items.map(item => filedOf(item, streamer, deadline)));
        return filed.filter(({ delivery }) => delivery !== before).slice(0, limit);
      }),
  };
}

const filedSchema = memoize(() =>
  z.object({
    ...replayFacts(),
    delivery: z.string(),
    at: z.number(),
    archive: z.string(),
    receipt: z.optional(storedReceipt()),
    failure: z.optional(
      z.object({ code: z.string(), detail: z.string(), passing: z.exactOptional(z.boolean()) }),
    ),
  }),
);
