import { wellFormed } from "../values/scanner.ts";
import { type ErrorCode, PersisterError } from "./errors.ts";
import { type ReceiptFacts, receiptText } from "./receipt.ts";
import type { DeliveryLog, FiledDelivery, ReplayFacts } from "./store.ts";

/** Files a receipt for whoever asks later, before the commit of `revision` that makes it good. */
export async function fileReceipt(
  facts: ReceiptFacts,
  replay: ReplayFacts,
  at: number,
  revision: number,
  { log }: { readonly log: DeliveryLog },
  deadline: number,
): Promise<void> {
  const { streamer, delivery, archive } = facts;
  const receipt = { revision, text: receiptText(facts) };
  await log.file({ streamer, delivery, at, archive, ...replay, receipt }, deadline);
}

/** What another attempt of the same delivery may not meet. */
const passing: readonly (ErrorCode | "internal")[] = [
  "archive-unavailable",
  "store-unavailable",
  "account-unavailable",
  "delivery-in-flight",
  "unavailable",
  "out-of-time",
  "internal",
];

/**
 * Files why a delivery was not accepted; resolves to what kept it from being filed, if anything did. A store in trouble can't hear of
 * it: the caller and the log do.
 */
export async function fileFailure(
  delivery: Omit<FiledDelivery, "receipt" | "failure">,
  error: unknown,
  { log }: { readonly log: DeliveryLog },
  deadline: number,
): Promise<unknown> {
  const { code, detail } =
    error instanceof PersisterError
      ? { code: error.code, detail: wellFormed(error.message) }
      : { code: "internal" as const, detail: "Something broke." };
  const failure = { code, detail, ...(passing.includes(code) && { passing: true }) };
  try {
    await log.file({ ...delivery, failure }, deadline);
    return undefined;
  } catch (unfiled) {
    return unfiled;
  }
}
