import * as z from "zod/mini";
import { inlineBytesMax, rememberedDaysMax } from "../persister/limits.ts";
import type { Deliveries, KeptDelivery } from "../persister/ports.ts";
import { available } from "./available.ts";
import { type BucketOptions, largeValues } from "./large-values.ts";
import { itemTable, partitionOf, secondsIn, sequence, type TableOptions } from "./table.ts";

const keyOf = (key: string) => `key#${key}`;

/**
 * Deliveries by their Idempotency-Keys in DynamoDB: an item each in the streamer's partition, until TTL takes it away. A
 * receipt of very many streams is in S3, `receipts/<streamer>/<digest>`.
 */
export function dynamoDeliveries(options: TableOptions & BucketOptions): Deliveries {
  const table = itemTable(options);
  const values = largeValues(options);

  async function attributesOf(receipt: KeptDelivery["receipt"], streamer: string, deadline: number) {
    if (receipt === undefined) return undefined;
    const { text, ...rest } = receipt;
    const bytes = Buffer.from(text);
    if (bytes.length <= inlineBytesMax) return receipt;
    return { ...rest, ...(await values.store(`receipts/${streamer}`, bytes, deadline)) };
  }

  async function receiptOf(
    stored: StoredReceipt | undefined,
    deadline: number,
  ): Promise<Pick<KeptDelivery, "receipt">> {
    if (stored === undefined) return {};
    const { revision } = stored;
    const text = "text" in stored ? stored.text : Buffer.from(await values.load(stored, deadline)).toString();
    return { receipt: { revision, text } };
  }

  return {
    read: (streamer, key, deadline) =>
      available(async () => {
        const item = await table.get(partitionOf(streamer), keyOf(key), deadline);
        if (item === undefined) return undefined;
        const { receipt, ...kept } = keptSchema.parse(item);
        return { streamer, key, ...kept, ...(await receiptOf(receipt, deadline)) };
      }),
    write: (next, deadline) =>
      available(async () => {
        const { streamer, key, receipt, ...kept } = next;
        const item = {
          pk: partitionOf(streamer),
          sk: keyOf(key),
          expiresAt: secondsIn(rememberedDaysMax),
          ...kept,
          receipt: await attributesOf(receipt, streamer, deadline),
        };
        return table.putUpon(item, next, deadline);
      }),
  };
}

const revision = z.number();
const storedReceipt = z.union([
  z.object({ revision, text: z.string() }),
  z.object({ revision, key: z.string(), sha256: z.string() }),
]);
type StoredReceipt = z.infer<typeof storedReceipt>;

const keptSchema = z.object({
  fence: z.number(),
  stamp: z.string(),
  digest: z.string(),
  delivery: z.string(),
  archive: z.string(),
  createdAt: z.number(),
  base: z.number(),
  firstSequence: sequence,
  receipt: z.optional(storedReceipt),
});
