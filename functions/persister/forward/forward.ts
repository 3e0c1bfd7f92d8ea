import type { Batch, BatchWriter, Outcome } from "../destination.ts";
import { batchesInFlightAfterRetryMax, batchesInFlightBytesMax } from "../limits.ts";
import type { SafeBookmark } from "../store.ts";
import type { TrackedBatch } from "./batch.ts";
import { BatchMemories } from "./batch-memories.ts";
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

/**
 * Sends the batches that `cut` returns, up to `inFlightMax` at a time, and tracks which bookmark is safe.
 * After the first batch that is not accepted, no new one is sent; those in flight are awaited, as they may be
 * accepted. Rejects if `writer` rejects, also after the batches in flight have ended.
 */
export const forward = (
  cut: (tracker: Registrar) => Iterable<TrackedBatch>,
  writer: BatchWriter,
  inFlightMax: number,
): Promise<Forwarding> => new Forward(cut, writer, inFlightMax).all();

/** Those of all deliveries of the process: a function and `persist -C` have one after another. */
const memories = new BatchMemories();

class Forward {
  readonly #waiting: Iterator<TrackedBatch>;
  readonly #tracker = new Tracker();
  readonly #writer: BatchWriter;
  #inFlightMax: number;
  readonly #inFlight = new Set<Promise<void>>();
  #bytesInFlight = 0;
  #isStopped = false;
  readonly #refusals: Refusal[] = [];
  readonly #errors: unknown[] = [];
  #batches = 0;
  #retries = 0;

  constructor(cut: (tracker: Registrar) => Iterable<TrackedBatch>, writer: BatchWriter, inFlightMax: number) {
    this.#waiting = cut(this.#tracker)[Symbol.iterator]();
    this.#writer = writer;
    this.#inFlightMax = inFlightMax;
  }

  async all(): Promise<Forwarding> {
    await this.#beginAll().catch((error: unknown) => this.#fail(error));
    await Promise.all(this.#inFlight);
    for (const error of this.#errors) throw error;
    const refusal = worstOf(this.#refusals);
    return { batches: this.#batches, retries: this.#retries, refusal, safe: this.#tracker.safe() };
  }

  /** Begins one batch after another, each once there is room for it, until none is left. */
  async #beginAll(): Promise<void> {
    for (;;) {
      await this.#until(() => this.#hasRoom);
      if (this.#isStopped) return;
      const { value: batch, done } = this.#waiting.next();
      if (done === true) return;
      await this.#until(() => this.#hasRoomFor(batch));
      if (this.#isStopped) return;
      this.#begin(batch);
      // An activation overtakes nothing, and nothing overtakes it (target-stitch#75).
      if (batch.kind === "activate") await this.#until(() => this.#inFlight.size === 0);
    }
  }

  /** Waits while batches in flight end, unless one is not accepted. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!this.#isStopped && !isSo()) await Promise.race(this.#inFlight);
  }

  get #hasRoom(): boolean {
    return this.#inFlight.size < this.#inFlightMax;
  }

  /** A batch that is larger than all the room is sent alone. */
  #hasRoomFor({ kind, bytes }: TrackedBatch): boolean {
    if (this.#inFlight.size === 0) return true;
    // While it waited for its bytes, a retry may have lowered the number.
    return this.#hasRoom && kind !== "activate" && this.#bytesInFlight + bytes <= batchesInFlightBytesMax;
  }

  #begin(batch: TrackedBatch): void {
    this.#bytesInFlight += batch.bytes;
    const sending = this.#send(batch)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#bytesInFlight -= batch.bytes;
        this.#inFlight.delete(sending);
      });
    this.#inFlight.add(sending);
  }

  #fail(error: unknown): void {
    this.#isStopped = true;
    this.#errors.push(error);
  }

  async #send(batch: TrackedBatch): Promise<void> {
    const refusal = await this.#sendWhole(batch);
    if (refusal === undefined) this.#tracker.accept(batch.ticket);
    else this.#refusals.push(refusal);
    this.#isStopped ||= refusal !== undefined;
  }

  /**
   * Sends a batch as one, or in halves if it is too large: a server may accept less than it documents
   * (import-api.md section 3, "Halve a batch").
   */
  async #sendWhole(batch: Batch): Promise<Refusal | undefined> {
    const out = memories.take(batch.bytes);
    const outcome = await this.#writer.write(batch, out);
    this.#countRetries(outcome.attempts - 1);
    if (outcome.kind !== "accepted")
      return outcome.kind === "too-large" ? this.#sendHalves(batch) : { batch, outcome };
    this.#batches++;
    // The network may still read the memory of an abandoned attempt.
    if (outcome.attempts === 1) memories.release(out);
    return undefined;
  }

  /** A destination that is in trouble or refuses so many requests gets fewer at once from then on. */
  #countRetries(retries: number): void {
    this.#retries += retries;
    if (retries > 0) this.#inFlightMax = Math.min(this.#inFlightMax, batchesInFlightAfterRetryMax);
  }

  async #sendHalves(batch: Batch): Promise<Refusal | undefined> {
    const middle = batch.records.length >> 1;
    const first = await this.#sendWhole({ ...batch, records: batch.records.slice(0, middle) });
    if (first !== undefined) return first;
    return this.#sendWhole({ ...batch, records: batch.records.slice(middle) });
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
