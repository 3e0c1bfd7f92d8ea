import { parentPort, workerData } from "node:worker_threads";
import { addFaults, type FaultCounts } from "./report.ts";
import { simulate } from "./simulate.ts";
import { type Message, seedsSharedWith } from "./workers.ts";
import type { DestinationName } from "./world/traits.ts";

/** A thread that runs one seed after the other, and reports sums from time to time. */
const {
  shared,
  slot,
  end,
  endMilliseconds = Number.POSITIVE_INFINITY,
  destination,
} = workerData as {
  readonly shared: SharedArrayBuffer;
  readonly slot: number;
  readonly end: number;
  readonly endMilliseconds: number | undefined;
  readonly destination: DestinationName;
};
const sayMilliseconds = 500;
const at = seedsSharedWith(shared);
const say = (message: Message) => parentPort!.postMessage(message);

let [schedules, steps, commits, said] = [0, 0, 0, Date.now()];
let faults: FaultCounts = new Map();
function saySums(): void {
  say({ schedules, steps, commits, faults });
  [schedules, steps, commits, said] = [0, 0, 0, Date.now()];
  faults = new Map();
}

for (;;) {
  const seed = Atomics.add(at, 0, 1);
  if (seed >= end || Date.now() >= endMilliseconds) break;
  Atomics.store(at, slot, seed);
  try {
    const simulated = await simulate(seed, destination);
    schedules++;
    steps += simulated.steps;
    commits += simulated.commits;
    addFaults(faults, simulated.faults);
  } catch (error) {
    say({ seed, failure: (error as Error).stack ?? String(error) });
    break;
  }
  if (Date.now() - said > sayMilliseconds) saySums();
}
Atomics.store(at, slot, -1);
saySums();
parentPort!.close();
