import { expect, it } from "vitest";
import { memoryStore } from "../../functions/memory/store.ts";
import type { Parts } from "../../functions/persister/persist.ts";
import { run } from "../../functions/program/run.ts";
import { NotSetUp } from "../../functions/program/streaming.ts";

/**
 * Lambda's asynchronous queue: starts that find the function's reserved concurrency in use wait, and become
 * dead letters after six hours. docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const [minute, hour] = [60_000, 3_600_000];
const eventAgeMax = 6 * hour;
const concurrency = 2;
const backfill = 48 * hour;
/** A run does so much of a backfill before it is stopped, and its next one starts within a minute. */
const [runLength, pause] = [14 * minute, minute];

interface Start {
  readonly at: number;
  readonly chain: string;
}

/** Starts of a streamer's function, with the core's own chains, on a clock of minutes. */
class Queue {
  now = 0;
  left = backfill;
  readonly deadLetters: Start[] = [];
  /** Runs that found nothing left, by when they began. */
  readonly empty: number[] = [];
  readonly superseded: number[] = [];
  readonly #waiting: Start[] = [];
  readonly #chains = memoryStore().chains;
  #running: number[] = [];

  readonly hasChains: boolean;

  constructor(hasChains: boolean) {
    this.hasChains = hasChains;
  }

  async passTo(now: number): Promise<void> {
    this.now = now;
    this.#running = this.#running.filter(end => end > now);
    if (now % hour === 0) this.#waiting.push({ at: now, chain: `start-${now}` });
    for (const start of this.#waiting.splice(0)) {
      if (now < start.at) this.#waiting.push(start);
      else if (now - start.at > eventAgeMax) this.deadLetters.push(start);
      else if (this.#running.length >= (this.hasChains ? concurrency : 1)) this.#waiting.push(start);
      else await this.#begin(start);
    }
  }

  async #begin({ chain: id }: Start): Promise<void> {
    const until = this.now + 15 * minute + 5 * minute;
    const isMine = !this.hasChains || (await this.#chains.claim({ streamer: "s", id, until }, this.now, 0));
    if (!isMine) return void this.superseded.push(this.now);
    if (this.left <= 0) this.empty.push(this.now);
    const length = Math.min(runLength, Math.max(minute, this.left));
    const end = this.now + length;
    this.#running.push(end);
    this.left -= length;
    if (this.left > 0) this.#waiting.push({ at: end + pause, chain: id });
    else if (this.hasChains) await this.#chains.claim({ streamer: "s", id, until: end }, this.now, 0);
  }
}

async function simulate(hasChains: boolean): Promise<Queue> {
  const queue = new Queue(hasChains);
  for (let now = 0; now < backfill + 12 * hour; now += minute) await queue.passTo(now);
  return queue;
}

it("a backfill of 48 hours with hourly starts leaves no dead letters and no empty runs", async () => {
  const queue = await simulate(true);
  expect(queue.deadLetters).toEqual([]);
  expect(queue.superseded.length).toBeGreaterThan(47);
  // One an hour, as on any day.
  const gaps = queue.empty.slice(1).map((at, n) => at - queue.empty[n]!);
  expect(gaps.length).toBeGreaterThan(6);
  expect(new Set(gaps)).toEqual(new Set([hour]));
});

it("and without chains it would", async () => {
  const queue = await simulate(false);
  expect(queue.deadLetters.length + queue.empty.length).toBeGreaterThan(20);
});

it("a start that finds a live chain ends at once, and so does one without credentials", async () => {
  const clock = { now: () => 0, sleep: async () => {} };
  const parts = { ...memoryStore(), clock, newId: () => "id" } as unknown as Parts;
  let started = 0;
  const wanted = (chain: string, streaming: () => AsyncIterable<Uint8Array>) =>
    run({ streamer: "s", streaming, chain, deadline: 15 * minute }, parts);
  // biome-ignore lint/correctness/useYield: it fails before it prints.
  const notSetUp = async function* () {
    started++;
    throw new NotSetUp("no value yet");
  };
  await parts.chains.claim({ streamer: "s", id: "a", until: hour }, 0, 0);
  expect(await wanted("b", notSetUp)).toMatchObject({ outcome: "superseded" });
  expect(started).toBe(0);
  expect(await wanted("a", notSetUp)).toMatchObject({ outcome: "not-set-up" });
  expect(started).toBe(1);
  // It has ended its chain.
  expect(await wanted("b", notSetUp)).toMatchObject({ outcome: "not-set-up" });
});
