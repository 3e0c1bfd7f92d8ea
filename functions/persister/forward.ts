import { ByteWriter } from "../stitchstream/byte-writer.ts";
import type { Batch, TrackedBatch } from "./batch.ts";
import { batchBytesMax, batchesInFlightMax, loneRecordBatchBytesMax } from "./limits.ts";
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
  /** Attempts beyond each request's first. */
  readonly retries: number;
  /** The worst of the batches that were not. */
  readonly refusal: Refusal | undefined;
}

interface Requests {
  encode(batch: Batch, out: ByteWriter): ImportRequest;
  send(request: ImportRequest): Promise<Outcome>;
}

const payloadTooLarge = 413;
/** Large batches are few: what they were written in is not kept for the next. */
const keptBytesMax = 2 * batchBytesMax;

/** What one batch after the other is written in: its memory is used again once nobody can read it any more. */
class Slot {
  out = new ByteWriter(0);

  /** An attempt that was given up may still be read by the network. */
  settle(outcome: Outcome): void {
    const isFree = outcome.kind === "accepted" && outcome.attempts === 1;
    if (!isFree || this.out.capacity > keptBytesMax) this.out = new ByteWriter(0);
  }
}

/**
 * Sends batches, several at a time, and tells the tracker of each that is accepted. The first that is not stops new ones;
 * those under way are awaited, for what they hold may be accepted. Rejects, after the same, with what `requests` rejects with.
 */
export async function forward(
  batches: Iterable<TrackedBatch>,
  tracker: Tracker,
  requests: Requests,
): Promise<Forwarding> {
  const waiting = batches[Symbol.iterator]();
  const refusals: Refusal[] = [];
  let accepted = 0;
  let retries = 0;
  const counted: Requests = {
    encode: (batch, out) => requests.encode(batch, out),
    async send(request) {
      const outcome = await requests.send(request);
      retries += outcome.attempts - 1;
      return outcome;
    },
  };
  let isStopped = false;
  const send = async (batch: TrackedBatch, slot: Slot) => {
    const { requests: sent, refusal } = await sendWhole(batch, counted, slot);
    accepted += sent;
    if (refusal === undefined) tracker.accept(batch.ticket, {} as Accepted);
    else refusals.push(refusal);
    isStopped ||= refusal !== undefined;
  };
  const inFlight = new Set<Promise<void>>();
  /** An activation overtakes nothing, and nothing overtakes it: target-stitch#75. */
  let alone: Promise<void> | undefined;
  const sendAlone = async (batch: TrackedBatch, slot: Slot, earlier: readonly Promise<void>[]) => {
    await Promise.allSettled(earlier);
    if (!isStopped) await send(batch, slot);
  };
  const sendOn = async () => {
    const slot = new Slot();
    for (;;) {
      while (alone !== undefined) await alone;
      if (isStopped) return;
      const { value: batch, done } = waiting.next();
      if (done) return;
      if (batch.kind === "activate") {
        alone = sendAlone(batch, slot, [...inFlight]).finally(() => {
          alone = undefined;
        });
      } else {
        const sending = send(batch, slot);
        inFlight.add(sending);
        await sending.finally(() => inFlight.delete(sending));
      }
    }
  };
  const stopping = async () => {
    try {
      await sendOn();
    } catch (error) {
      isStopped = true;
      throw error;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: batchesInFlightMax }, stopping));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
  return { batches: accepted, retries, refusal: worstOf(refusals) };
}

/** What will never be accepted before what may yet be, and then the first in the delivery's order. */
function worstOf(refusals: readonly Refusal[]): Refusal | undefined {
  const rank = ({ batch, outcome }: Refusal) =>
    (outcome.kind === "rejected" ? 0 : Number.MAX_SAFE_INTEGER / 2) +
    (batch.records[0] ?? batch.activation!.recordsBefore);
  return refusals.toSorted((a, b) => rank(a) - rank(b))[0];
}

/**
 * Sends a batch in one request, or in halves where it is too large for one: an inferred schema may outgrow its records,
 * and a server may take less than it says (import-api.md section 6.1, "413: halve and resend").
 */
async function sendWhole(
  batch: Batch,
  requests: Requests,
  slot: Slot,
): Promise<{ requests: number; refusal: Refusal | undefined }> {
  const request = requests.encode(batch, slot.out);
  const divisible = batch.records.length > 1;
  if (divisible && request.body.length >= loneRecordBatchBytesMax) return sendHalves(batch, requests, slot);
  const outcome = await requests.send(request);
  slot.settle(outcome);
  if (outcome.kind === "accepted") return { requests: 1, refusal: undefined };
  const isTooLarge = outcome.kind === "rejected" && outcome.status === payloadTooLarge;
  if (divisible && isTooLarge) return sendHalves(batch, requests, slot);
  return { requests: 0, refusal: { batch, outcome } };
}

async function sendHalves(batch: Batch, requests: Requests, slot: Slot): ReturnType<typeof sendWhole> {
  const middle = batch.records.length >> 1;
  const first = await sendWhole({ ...batch, records: batch.records.slice(0, middle) }, requests, slot);
  if (first.refusal !== undefined) return first;
  const second = await sendWhole({ ...batch, records: batch.records.slice(middle) }, requests, slot);
  return { requests: first.requests + second.requests, refusal: second.refusal };
}
