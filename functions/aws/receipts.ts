import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { inlineBytesMax } from "../persister/limits.ts";
import type { FiledReceipt } from "../persister/store.ts";
import { type BucketOptions, largeValue, largeValues } from "./large-values.ts";

/** A receipt as stored in an item. */
export const storedReceipt = memoize(() =>
  z.union([
    z.object({ revision: z.number(), text: z.string() }),
    z.object({ revision: z.number(), ...largeValue() }),
  ]),
);
type StoredReceipt = z.infer<ReturnType<typeof storedReceipt>>;

/**
 * Stores small receipts in the item that names them, and those of some dozens of streams in S3 as
 * `receipts/<streamer>/<digest>`. Earlier versions stored up to 256 KiB in the item. Rejects with the SDK's
 * errors.
 */
export function receiptStore(options: BucketOptions) {
  const values = largeValues(options);
  return {
    async store(receipt: FiledReceipt, streamer: string, deadline: number): Promise<StoredReceipt> {
      const { text, ...rest } = receipt;
      const bytes = Buffer.from(text);
      if (bytes.length <= inlineBytesMax) return receipt;
      return { ...rest, ...(await values.store(`receipts/${streamer}`, bytes, deadline)) };
    },
    async load(stored: StoredReceipt, deadline: number): Promise<FiledReceipt> {
      if ("text" in stored) return stored;
      const text = Buffer.from(await values.load(stored, deadline)).toString();
      return { revision: stored.revision, text };
    },
  };
}
