import { wellFormed } from "../stitchstream/text.ts";
import { PersisterError } from "./errors.ts";
import type { DeliveryLog, FiledDelivery } from "./ports.ts";
import { type ReceiptFacts, receiptText } from "./receipt.ts";

/** Files a receipt for whoever asks later, before the commit of `revision` that makes it good. */
export async function fileReceipt(
  facts: ReceiptFacts,
  at: number,
  revision: number,
  { log }: { readonly log: DeliveryLog },
  deadline: number,
): Promise<void> {
  const { streamer, delivery, archive } = facts;
  const receipt = { revision, text: receiptText(facts) };
  await log.file({ streamer, delivery, at, archive, receipt }, deadline);
}

/**
 * Files why a delivery was not taken; resolves to what kept it from being filed, if anything did. A store in trouble can't hear of
 * it: the caller and the log do.
 */
export async function fileFailure(
  delivery: Omit<FiledDelivery, "receipt" | "failure">,
  error: unknown,
  { log }: { readonly log: DeliveryLog },
  deadline: number,
): Promise<unknown> {
  const failure =
    error instanceof PersisterError
      ? { code: error.code, detail: wellFormed(error.message) }
      : { code: "internal", detail: "Something broke." };
  try {
    await log.file({ ...delivery, failure }, deadline);
    return undefined;
  } catch (unfiled) {
    return unfiled;
  }
}
