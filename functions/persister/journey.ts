import type { ErrorCode } from "./errors.ts";
import type { Clock } from "./ports.ts";

/** What takes time on a delivery's way. */
export type Step = "archive" | "validate" | "begin" | "forward" | "commit";

/** What became of a delivery, for those who run the endpoint. It holds nothing of what was sent. */
export interface Report {
  readonly streamer: string;
  readonly delivery: string;
  readonly outcome: "committed" | "replayed" | "internal" | ErrorCode;
  /** The caller's trace, if it named one. */
  readonly traceparent: string | undefined;
  /** As received, where it could not be unzipped; else unzipped. */
  readonly bytes: number;
  readonly records: number;
  /** Requests that the Import API accepted, and attempts beyond each one's first. */
  readonly batches: number;
  readonly retries: number;
  readonly milliseconds: Milliseconds;
  /** Since the last commit, ms; undefined before the first, and where it is not known. */
  readonly bookmarkAge: number | undefined;
}

export type Milliseconds = Readonly<Partial<Record<Step, number>>>;

/** A delivery's way as it is gone: what is counted on it, and how long each step took. */
export class Journey {
  bytes: number;
  records = 0;
  batches = 0;
  retries = 0;
  /** ms since the epoch; undefined before the first. */
  committedAt: number | undefined;
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
    const { bytes, records, batches, retries, committedAt, milliseconds } = this;
    const bookmarkAge = committedAt === undefined ? undefined : this.#clock.now() - committedAt;
    return { ...facts, bytes, records, batches, retries, milliseconds, bookmarkAge };
  }
}
