import type { Process } from "../process.ts";

/** A delivery's first begin. */
interface Begin {
  /** The number of the streamer's commits before it. */
  readonly commits: number;
  readonly lastSequence: bigint;
  readonly process: Process;
  /** How many requests its process had begun to send before. */
  readonly sent: number;
}

/** When each delivery first began. */
export class Begins {
  readonly #begins: Map<string, Begin>;

  constructor(begins: ReadonlyMap<string, Begin> = new Map()) {
    this.#begins = new Map(begins);
  }

  copy(): Begins {
    return new Begins(this.#begins);
  }

  /**
   * Notes that a delivery begins, unless it has begun before. A process that did not learn that, and has lost
   * the lease since, begins again before it sends anything.
   */
  note(delivery: string, { process, ...begin }: Omit<Begin, "sent">): void {
    const earlier = this.#begins.get(delivery);
    const sent = process.begun.size;
    if (earlier !== undefined && (earlier.process !== process || earlier.sent !== sent)) return;
    this.#begins.set(delivery, { ...begin, process, sent });
  }

  /** How many commits preceded a delivery's begin; 0 if it is unknown. */
  commitsBefore(delivery: string): number {
    return this.#begins.get(delivery)?.commits ?? 0;
  }

  /** The last sequence reserved at a delivery's begin; undefined if it is unknown. */
  lastSequenceOf(delivery: string): bigint | undefined {
    return this.#begins.get(delivery)?.lastSequence;
  }
}
