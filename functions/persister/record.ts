import { wellFormed } from "../values/scanner.ts";
import { allSettled } from "./all-settled.ts";
import { countDay } from "./commit/day.ts";
import { updateEntry } from "./commit/entry.ts";
import { stateOf, withCommitted } from "./commit/state.ts";
import type { BoundStore } from "./deadline.ts";
import type { DeliveryProgress } from "./delivery-progress.ts";
import { type ErrorCode, PersisterError } from "./errors.ts";
import type { Observer } from "./ports.ts";
import { type ReceiptFacts, receiptText } from "./receipt.ts";
import type { ReplayFacts } from "./store.ts";

/**
 * Does a delivery's work, reports its outcome and files a failure. Adds the delivery's id, the body's archive
 * and the committed state to errors.
 */
export async function recordOutcome<T extends { readonly replayed: boolean }>(
  progress: DeliveryProgress,
  ports: BoundStore & { readonly observer: Observer },
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await work();
    const [uncounted] = await allSettled([
      countDay(progress.streamer, progress.dayCounts(), ports),
      updateEntryAfter(progress, ports),
    ]);
    ports.observer.onDelivery(progress.report(result.replayed ? "replayed" : "committed", uncounted));
    return result;
  } catch (error) {
    ports.observer.onDelivery(progress.report(codeOf(error)));
    const [unfiled] = await allSettled([
      fileFailure(progress, error, ports),
      updateEntryAfter(progress, ports, error),
    ]);
    if (!(error instanceof PersisterError)) throw error;
    throw await withCommitted(named(error, progress, unfiled), async () => {
      const { streamer } = progress.current ?? { streamer: await ports.streamers.read(progress.streamer) };
      return stateOf(streamer?.commit, ports);
    });
  }
}

async function updateEntryAfter(progress: DeliveryProgress, ports: BoundStore, error?: unknown) {
  const update = progress.entryUpdate(error);
  return update && updateEntry(update, ports);
}

const codeOf = (error: unknown) => (error instanceof PersisterError ? error.code : "internal");

/** Adds the delivery and its archive to the error, if the body was archived. */
function named(
  error: PersisterError,
  { delivery, archive }: DeliveryProgress,
  unfiled: unknown,
): PersisterError {
  if (archive === "") return error;
  return error.with({ archive, delivery, ...error.details, cause: error.cause ?? unfiled });
}

/** Files a receipt for later queries, before the commit of `revision` that makes it valid. */
export async function fileReceipt(
  facts: ReceiptFacts,
  { replay, at, revision }: { readonly replay: ReplayFacts; readonly at: number; readonly revision: number },
  { log }: Pick<BoundStore, "log">,
): Promise<void> {
  const { streamer, delivery, archive } = facts;
  const receipt = { revision, text: receiptText(facts) };
  await log.file({ streamer, delivery, at, archive, ...replay, receipt });
}

/** Failures that may not recur in another attempt of the same delivery. */
const transient: readonly (ErrorCode | "internal")[] = [
  "archive-unavailable",
  "store-unavailable",
  "account-unavailable",
  "delivery-in-flight",
  "unavailable",
  "out-of-time",
  "internal",
];

/** Files why a delivery failed. Resolves to the error that kept the failure from being filed, if any. */
async function fileFailure(
  progress: DeliveryProgress,
  error: unknown,
  { log }: Pick<BoundStore, "log">,
): Promise<unknown> {
  const filed = progress.filedFacts();
  if (filed === undefined) return undefined;
  const code = codeOf(error);
  const detail = error instanceof PersisterError ? wellFormed(error.message) : "Something broke.";
  const failure = { code, detail, ...(transient.includes(code) && { passing: true }) };
  try {
    await log.file({ ...filed, failure });
    return undefined;
  } catch (unfiled) {
    return unfiled;
  }
}
