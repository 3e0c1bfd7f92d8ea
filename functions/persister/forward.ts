import type { Batch, TrackedBatch } from "./batch.ts";
import { loneRecordBatchBytesMax } from "./limits.ts";
import type { Accepted, ImportRequest, Outcome } from "./ports.ts";
import type { Tracker } from "./tracker.ts";

/** A batch that was not accepted, and why. */
export interface Refusal {
  readonly batch: Batch;
  readonly outcome: Exclude<Outcome, { kind: "accepted" }>;
}

export interface Forwarding {
  /** Requests that were accepted. */
  readonly batches: number;
  /** The first batch that was not; none was sent after it. */
  readonly refusal: Refusal | undefined;
}

interface Requests {
  encode(batch: Batch): ImportRequest;
  send(request: ImportRequest): Promise<Outcome>;
}

const payloadTooLarge = 413;

/** Sends batch after batch and tells the tracker of each that is accepted; stops at the first that is not. */
export async function forward(
  batches: Iterable<TrackedBatch>,
  tracker: Tracker,
  requests: Requests,
): Promise<Forwarding> {
  let accepted = 0;
  for (const batch of batches) {
    const { requests: sent, refusal } = await sendWhole(batch, requests);
    accepted += sent;
    if (refusal !== undefined) return { batches: accepted, refusal };
    tracker.accept(batch.ticket, {} as Accepted);
  }
  return { batches: accepted, refusal: undefined };
}

/**
 * Sends a batch in one request, or in halves where it is too large for one: an inferred schema may outgrow its records,
 * and a server may take less than it says (import-api.md section 6.1, "413: halve and resend").
 */
async function sendWhole(
  batch: Batch,
  requests: Requests,
): Promise<{ requests: number; refusal: Refusal | undefined }> {
  const request = requests.encode(batch);
  const divisible = batch.records.length > 1;
  if (divisible && request.body.length >= loneRecordBatchBytesMax) return sendHalves(batch, requests);
  const outcome = await requests.send(request);
  if (outcome.kind === "accepted") return { requests: 1, refusal: undefined };
  const isTooLarge = outcome.kind === "rejected" && outcome.status === payloadTooLarge;
  if (divisible && isTooLarge) return sendHalves(batch, requests);
  return { requests: 0, refusal: { batch, outcome } };
}

async function sendHalves(batch: Batch, requests: Requests): ReturnType<typeof sendWhole> {
  const middle = batch.records.length >> 1;
  const first = await sendWhole({ ...batch, records: batch.records.slice(0, middle) }, requests);
  if (first.refusal !== undefined) return first;
  const second = await sendWhole({ ...batch, records: batch.records.slice(middle) }, requests);
  return { requests: first.requests + second.requests, refusal: second.refusal };
}
