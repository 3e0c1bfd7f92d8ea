import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { bundle, bundleFolder } from "./bundle.ts";
import { addFaults, type FaultCounts } from "./report.ts";
import type { DestinationName } from "./world/traits.ts";

/** The results of a number of schedules. */
export interface Summary {
  schedules: number;
  steps: number;
  commits: number;
  readonly faults: FaultCounts;
  readonly workers: number;
}

interface Seeds {
  readonly from: number;
  /** The number of schedules; infinite if there is an end time. */
  readonly seeds: number;
  /** The end time in ms since the epoch; undefined to end with the last seed. */
  readonly endMilliseconds: number | undefined;
  /** The number of cores; all by default. */
  readonly cores: number | undefined;
  readonly destination: DestinationName;
  onProgress(done: number): void;
}

/** A worker's message: sums since the last one, or that a schedule broke an invariant. */
export type Message =
  | {
      readonly schedules: number;
      readonly steps: number;
      readonly commits: number;
      readonly faults: FaultCounts;
    }
  | { readonly seed: number; readonly failure: string };

/** Shared memory of the workers: the next seed, and the current one of each. */
export const seedsSharedWith = (shared: SharedArrayBuffer) => new Int32Array(shared);

/** A schedule takes milliseconds. One that takes this long loops between two events. */
const hangMilliseconds = 120_000;
const watchMilliseconds = 500;

/**
 * Runs the schedules of many seeds on all cores. Rejects with the seed of the first one that breaks an
 * invariant or hangs.
 */
export async function runSeeds(options: Seeds): Promise<Summary> {
  const { from, seeds, endMilliseconds, cores, destination, onProgress } = options;
  const workers = Math.min(seeds, cores ?? availableParallelism());
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * (workers + 1));
  const at = seedsSharedWith(shared).fill(-1);
  at[0] = from;
  const end = Math.min(from + seeds, 2 ** 31 - 1);
  const summary: Summary = { schedules: 0, steps: 0, commits: 0, faults: new Map(), workers };
  // A thread can't load TypeScript.
  const dir = await bundleFolder();
  const file = await bundle("worker.ts", dir, "worker");
  const started = Array.from({ length: workers }, (_, n) => {
    const workerData = { shared, slot: n + 1, end, endMilliseconds, destination };
    return new Worker(file, { workerData, execArgv: ["--enable-source-maps"] });
  });
  let watching: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      Promise.all(started.map(worker => sumOf(worker, summary, onProgress))),
      new Promise<never>((_, reject) => {
        watching = watch(at, reject);
      }),
    ]);
  } finally {
    clearInterval(watching);
    await Promise.all(started.map(worker => worker.terminate()));
    await rm(dir, { recursive: true, force: true });
  }
  return summary;
}

function sumOf(worker: Worker, summary: Summary, onProgress: (done: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: Message) => {
      if ("failure" in message) return reject(failed(message.seed, message.failure));
      summary.schedules += message.schedules;
      summary.steps += message.steps;
      summary.commits += message.commits;
      addFaults(summary.faults, message.faults);
      onProgress(summary.schedules);
    });
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}

/**
 * Notices a schedule that reaches neither its end nor a next step, which would be counted. It counts how
 * often it looked, since a process that was suspended has taken no time.
 */
function watch(at: Int32Array, reject: (error: Error) => void): NodeJS.Timeout {
  const watched = new Map<number, { seed: number; looks: number }>();
  return setInterval(() => {
    for (let slot = 1; slot < at.length; slot++) {
      const seed = Atomics.load(at, slot);
      const known = watched.get(slot);
      if (known?.seed !== seed) watched.set(slot, { seed, looks: 0 });
      else if (seed >= 0 && ++known.looks * watchMilliseconds > hangMilliseconds)
        reject(failed(seed, `it hangs: no end after ${hangMilliseconds / 1_000} s`));
    }
  }, watchMilliseconds);
}

const failed = (seed: number, failure: string) =>
  new Error(`Seed ${seed}: ${failure}\n\nIt replays: npm run simulate -- --seed ${seed}`);
