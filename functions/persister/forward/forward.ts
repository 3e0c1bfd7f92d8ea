import { ByteWriter } from "../../values/byte-writer.ts";
import type { Batch, BatchWriter, Outcome } from "../destination.ts";
import { batchBytesMax, batchesInFlightMax } from "../limits.ts";
import type { SafeBookmark } from "../store.ts";
import type { TrackedBatch } from "./batch.ts";
import { type Registrar, Tracker } from "./tracker.ts";

/** A batch that was not accepted, and why. */
export interface Refusal {
  readonly batch: Batch;
  readonly outcome: Exclude<Outcome, { kind: "accepted" | "too-large" }>;
}

export interface Forwarding {
  /** Batches that were accepted. */
  readonly batches: number;
  /** Attempts beyond each batch's first. */
  readonly retries: number;
  /** The worst of the batches that were not accepted. */
  readonly refusal: Refusal | undefined;
  /** The last bookmark before which everything is accepted. */
  readonly safe: SafeBookmark | undefined;
}

/** Large batches are rare, so larger memory is not kept for the next batch. */
const keptBytesMax = 2 * batchBytesMax;

/** The memory that one batch after another is written to. It is reused once nobody can read it any more. */
class BatchMemory {
  out = new ByteWriter(0);

  /** Reuses the memory only after a single accepted attempt: the network may still read an abandoned one. */
  recycle(outcome: Outcome): void {
    const isFree = outcome.kind === "accepted" && outcome.attempts === 1;
    if (!isFree || this.out.capacity > keptBytesMax) this.out = new ByteWriter(0);
  }
}

/**
 * Sends the batches that `cut` returns, several at a time, and tracks which bookmark is safe. After the
 * first batch that is not accepted, no new one is sent; those in flight are awaited, as they may be
 * accepted. Rejects if `writer` rejects, also after the batches in flight have ended.
 */
export const forward = (
  cut: (tracker: Registrar) => Iterable<TrackedBatch>,
  writer: BatchWriter,
): Promise<Forwarding> => new Forward(cut, writer).all();

class Forward {
  readonly #waiting: Iterator<TrackedBatch>;
  readonly #tracker = new Tracker();
  readonly #writer: BatchWriter;
  readonly #inFlight = new Set<Promise<void>>();
  /** The activation in flight: it overtakes nothing, and nothing overtakes it (target-stitch#75). */
  #alone: Promise<void> | undefined;
  #isStopped = false;
  readonly #refusals: Refusal[] = [];
  #batches = 0;
  #retries = 0;

  constructor(cut: (tracker: Registrar) => Iterable<TrackedBatch>, writer: BatchWriter) {
    this.#waiting = cut(this.#tracker)[Symbol.iterator]();
    this.#writer = writer;
  }

  async all(): Promise<Forwarding> {
    const ended = await Promise.allSettled(Array.from({ length: batchesInFlightMax }, () => this.#lane()));
    for (const each of ended) if (each.status === "rejected") throw each.reason;
    const refusal = worstOf(this.#refusals);
    return { batches: this.#batches, retries: this.#retries, refusal, safe: this.#tracker.safe() };
  }

  /** Sends one batch after another until none is left. */
  async #lane(): Promise<void> {
    const memory = new BatchMemory();
    try {
      for (;;) {
        while (this.#alone !== undefined) await this.#alone;
        if (this.#isStopped) return;
        const { value: batch, done } = this.#waiting.next();
        if (done === true) return;
        if (batch.kind === "activate") this.#beginAlone(batch, memory);
        else await this.#sendBesides(batch, memory);
      }
    } catch (error) {
      this.#isStopped = true;
      throw error;
    }
  }

  async #sendBesides(batch: TrackedBatch, memory: BatchMemory): Promise<void> {
    const sending = this.#send(batch, memory);
    this.#inFlight.add(sending);
    await sending.finally(() => this.#inFlight.delete(sending));
  }

  #beginAlone(batch: TrackedBatch, memory: BatchMemory): void {
    this.#alone = this.#sendAlone(batch, memory, [...this.#inFlight]).finally(() => {
      this.#alone = undefined;
    });
  }

  async #sendAlone(
    batch: TrackedBatch,
    memory: BatchMemory,
    earlier: readonly Promise<void>[],
  ): Promise<void> {
    await Promise.allSettled(earlier);
    if (!this.#isStopped) await this.#send(batch, memory);
  }

  async #send(batch: TrackedBatch, memory: BatchMemory): Promise<void> {
    const refusal = await this.#sendWhole(batch, memory);
    if (refusal === undefined) this.#tracker.accept(batch.ticket);
    else this.#refusals.push(refusal);
    this.#isStopped ||= refusal !== undefined;
  }

  /**
   * Sends a batch as one, or in halves if it is too large: an inferred schema may outgrow its records, and a
   * server may accept less than it documents (import-api.md section 3, "Halve a batch").
   */
  async #sendWhole(batch: Batch, memory: BatchMemory): Promise<Refusal | undefined> {
    const outcome = await this.#writer.write(batch, memory.out);
    this.#retries += outcome.attempts - 1;
    memory.recycle(outcome);
    if (outcome.kind === "accepted") {
      this.#batches++;
      return undefined;
    }
    return outcome.kind === "too-large" ? this.#sendHalves(batch, memory) : { batch, outcome };
  }

  async #sendHalves(batch: Batch, memory: BatchMemory): Promise<Refusal | undefined> {
    const middle = batch.records.length >> 1;
    const first = await this.#sendWhole({ ...batch, records: batch.records.slice(0, middle) }, memory);
    if (first !== undefined) return first;
    return this.#sendWhole({ ...batch, records: batch.records.slice(middle) }, memory);
  }
}

/**
 * Returns the refusal to report: a permanent one before a transient one, then the first in the delivery's
 * order.
 */
function worstOf(refusals: readonly Refusal[]): Refusal | undefined {
  const rank = ({ batch, outcome }: Refusal) =>
    (outcome.kind === "rejected" ? 0 : Number.MAX_SAFE_INTEGER / 2) +
    (batch.records[0] ?? batch.activation!.recordsBefore);
  return refusals.toSorted((a, b) => rank(a) - rank(b))[0];
}
