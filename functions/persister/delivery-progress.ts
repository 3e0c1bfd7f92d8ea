import type { Clock, Milliseconds, Report, Step } from "./ports.ts";

/** A delivery's way as it is gone: what is counted on it, and how long each step took. */
export class Journey {
  bytes: number;
  records = 0;
  batches = 0;
  retries = 0;
  /** When the streamer's bookmark was brought, ms since the epoch; undefined where none stands. */
  bookmarkAt: number | undefined;
  readonly #clock: Clock;
  readonly #milliseconds: Partial<Record<Step, number>> = {};
  #since: number;

  /** Of a body of so many bytes, as received. */
  constructor(clock: Clock, bytes: number) {
    this.bytes = bytes;
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** All the time since the last step was for this one. */
  took(step: Step): void {
    const now = this.#clock.now();
    this.#milliseconds[step] = (this.#milliseconds[step] ?? 0) + now - this.#since;
    this.#since = now;
  }

  /** So far. */
  get milliseconds(): Milliseconds {
    return { ...this.#milliseconds };
  }

  report(facts: Pick<Report, "streamer" | "delivery" | "outcome" | "traceparent">): Report {
    const { bytes, records, batches, retries, bookmarkAt, milliseconds } = this;
    const bookmarkAge = bookmarkAt === undefined ? undefined : this.#clock.now() - bookmarkAt;
    return { ...facts, bytes, records, batches, retries, milliseconds, bookmarkAge };
  }
}
