import type { Contents } from "./body/contents.ts";
import { dayCountsOf } from "./commit/day.ts";
import { entryCommitOf, lastFailureOf } from "./commit/entry.ts";
import type { DayCounts, EntryUpdate, Settings } from "./entries.ts";
import type { Clock, Milliseconds, Report, Step } from "./ports.ts";
import type { ReceiptFacts } from "./receipt.ts";
import { earlierFactsOf } from "./replay-facts.ts";
import type { FiledDelivery, IdempotencyRecord, ReplayFacts, Streamer } from "./store.ts";

export interface ProgressOptions {
  readonly streamer: string;
  readonly body: Uint8Array;
  readonly gzipped: boolean;
  readonly traceparent?: string | undefined;
}

/** A delivery's progress: the durations and counts of its steps, and what was read and written for it. */
export class DeliveryProgress {
  /** When the delivery arrived, ms since the epoch. */
  readonly at: number;
  readonly archiveKey: string;
  readonly #options: ProgressOptions;
  readonly #clock: Clock;
  readonly #milliseconds: Partial<Record<Step, number>> = {};
  #since: number;
  #delivery: string;
  #archive: string | undefined;
  #bytes: number;
  #records = 0;
  #batches = 0;
  #retries = 0;
  #bookmarkAt: number | undefined;
  #current: { readonly streamer: Streamer | undefined } | undefined;
  #replay: Partial<ReplayFacts> | undefined;
  #settings: Settings | undefined;
  #item: Streamer | undefined;
  #streams: ReturnType<Contents["countsByStream"]> | undefined;

  constructor(options: ProgressOptions, { clock, newId }: { readonly clock: Clock; newId(): string }) {
    this.#options = options;
    this.#clock = clock;
    this.#delivery = newId();
    this.at = clock.now();
    this.#since = this.at;
    this.#bytes = options.body.length;
    this.archiveKey = archiveKey(options.streamer, this.#delivery, this.at, options.gzipped);
  }

  get streamer(): string {
    return this.#options.streamer;
  }

  /** The delivery's id: that of its first attempt, if it was sent before. */
  get delivery(): string {
    return this.#delivery;
  }

  /** Where the body is archived; empty until it is. */
  get archive(): string {
    return this.#archive ?? "";
  }

  /** The streamer as it was read; undefined before that, and once another delivery may have written to it. */
  get current(): { readonly streamer: Streamer | undefined } | undefined {
    return this.#current;
  }

  /** Attributes all the time since the last step to this one. */
  took(step: Step): void {
    const now = this.#clock.now();
    this.#milliseconds[step] = (this.#milliseconds[step] ?? 0) + now - this.#since;
    this.#since = now;
  }

  archived(archive: string): void {
    this.#archive = archive;
  }

  unzipped(body: Uint8Array): void {
    this.#bytes = body.length;
    this.took("validate");
  }

  /** Keeps the streamer that was read before the delivery begins. */
  found(streamer: Streamer | undefined, settings: Settings): void {
    this.#current = { streamer };
    this.#settings = settings;
    this.#bookmarkAt = streamer?.commit?.bookmarkAt;
  }

  /** Continues an earlier attempt of the same delivery, with its id and its sequences. */
  continues(earlier: IdempotencyRecord): void {
    this.#replay = earlierFactsOf(earlier);
    this.#delivery = earlier.delivery;
  }

  validated({ records }: Contents): void {
    this.#records = records;
    this.took("validate");
    // Another delivery may write to the streamer from now on.
    this.#current = undefined;
  }

  /** Notes that records of the delivery may be forwarded from now on. */
  began(replay: ReplayFacts): void {
    this.#replay = replay;
  }

  forwarded({ batches, retries }: { readonly batches: number; readonly retries: number }): void {
    this.#batches = batches;
    this.#retries = retries;
    this.took("forward");
  }

  /**
   * Notes a commit. `item` is the streamer as it was committed; undefined if nothing was, or the store did
   * not answer.
   */
  committed(item: Streamer | undefined, hasBookmark: boolean): void {
    this.#item = item;
    if (hasBookmark) this.#bookmarkAt = item?.commit?.at;
  }

  /** Returns what the day of a whole delivery's commit counts; undefined without one. */
  dayCounts(): DayCounts | undefined {
    const commit = this.#item?.commit;
    return commit?.whole === true && this.#streams ? dayCountsOf(commit.at, this.#streams) : undefined;
  }

  /** Returns what the streamer's entry gets to know; `error` is why the delivery failed. */
  entryUpdate(error?: unknown): EntryUpdate | undefined {
    const isFailed = error !== undefined && this.#archive !== undefined;
    const lastFailure = isFailed ? lastFailureOf(error, this.#delivery, this.#clock.now()) : undefined;
    const commit = this.#item && entryCommitOf(this.#item);
    if (commit === undefined && lastFailure === undefined) return undefined;
    return {
      streamer: this.streamer,
      since: this.#item?.since ?? this.at,
      ...(commit && { commit }),
      ...(this.#settings && { settings: this.#settings }),
      ...(lastFailure && { lastFailure }),
    };
  }

  /** Returns the receipt's facts, before the commit. */
  receiptFacts(contents: Contents, archive: string): ReceiptFacts {
    this.#streams = contents.countsByStream();
    return {
      delivery: this.#delivery,
      streamer: this.streamer,
      records: contents.records,
      ignored: contents.ignored,
      batches: this.#batches,
      bytes: this.#bytes,
      milliseconds: { ...this.#milliseconds },
      streams: new Map([...this.#streams].map(([stream, { records }]) => [stream, records])),
      archive,
    };
  }

  /** Returns what is filed of a failed delivery; undefined if its body was not archived. */
  filedFacts(): Omit<FiledDelivery, "receipt" | "failure"> | undefined {
    if (this.#archive === undefined) return undefined;
    const { streamer, at } = this;
    return { streamer, delivery: this.#delivery, at, archive: this.#archive, ...this.#replay };
  }

  /** `uncounted` is why the day lacks the delivery's counts. */
  report(outcome: Report["outcome"], uncounted?: string): Report {
    const bookmarkAge = this.#bookmarkAt === undefined ? undefined : this.#clock.now() - this.#bookmarkAt;
    const milliseconds: Milliseconds = { ...this.#milliseconds };
    return {
      streamer: this.streamer,
      delivery: this.#delivery,
      outcome,
      traceparent: this.#options.traceparent,
      bytes: this.#bytes,
      records: this.#records,
      batches: this.#batches,
      retries: this.#retries,
      milliseconds,
      bookmarkAge,
      ...(uncounted !== undefined && { uncounted }),
    };
  }
}

/**
 * Returns a delivery's archive key: by streamer and UTC day, for people to find. `now` in ms since the epoch.
 */
function archiveKey(streamer: string, delivery: string, now: number, gzipped: boolean): string {
  const [year, month, day] = new Date(now).toISOString().slice(0, 10).split("-");
  return `raw/${streamer}/${year}/${month}/${day}/${delivery}.stitchstream${gzipped ? ".gz" : ""}`;
}
