import { setImmediate } from "node:timers/promises";
import { Client, manners } from "./client.ts";
import { calm, type FaultPlan, randomFaults } from "./faults.ts";
import { Violation } from "./invariants.ts";
import type { FaultCounts } from "./report.ts";
import { World } from "./world.ts";

export interface Simulated {
  /** Steps: things that happened. */
  readonly steps: number;
  readonly commits: number;
  /** How many faults of each kind fell into which step. */
  readonly faults: FaultCounts;
}

/** Runs what a seed determines: streamers, their clients, and what befalls them. Throws a Violation. */
export function simulate(seed: number): Promise<Simulated> {
  const world = new World(seed);
  const { random } = world;
  const faults = randomFaults(random, random.pick([0, 0.02, 0.05, 0.1, 0.2]));
  const clients = random.pick([["a"], ["a"], ["a", "b"]]).flatMap(streamer => {
    const manner = random.pick(manners);
    if (manner === "chained") world.invariants.chained.add(streamer);
    return Array.from({ length: random.int(1, 3) }, () => new Client(world, streamer, manner, faults));
  });
  return run(
    world,
    clients.map(client => () => client.run(random.int(1, 3))),
  );
}

/** One client's deliveries: what befalls each of their calls is in `faults`. Throws a Violation. */
export function simulateDelivery(seed: number, faults: FaultPlan): Promise<Simulated> {
  const world = new World(seed);
  world.invariants.chained.add("a");
  return run(world, [() => new Client(world, "a", "chained", faults).run(2)]);
}

/** Two attempts of one delivery at once. Throws a Violation. */
export function simulateTwins(seed: number): Promise<Simulated> {
  const world = new World(seed);
  world.invariants.chained.add("a");
  return run(world, [() => new Client(world, "a", "chained", calm).twins()]);
}

/** Lets clients come to their end, and then, all trouble over, whoever is left finishes what the sources hold. */
async function run(world: World, clients: readonly (() => Promise<void>)[]): Promise<Simulated> {
  await runAll(world, clients);
  const finishing = world
    .streamerNames()
    .map(name => () => new Client(world, name, "chained", calm).finish());
  await runAll(world, finishing);
  world.invariants.checkEnd();
  const { scheduler, invariants, faults } = world;
  return { steps: scheduler.steps, commits: invariants.commits, faults };
}

async function runAll(world: World, works: readonly (() => Promise<void>)[]): Promise<void> {
  const { invariants, scheduler } = world;
  const ended = Promise.all(works.map(work => work())).then(
    () => true,
    error => invariants.fail(error),
  );
  await scheduler.run(() => invariants.check());
  const isEnded = await Promise.race([ended, setImmediate(false)]);
  if (isEnded !== true) throw new Violation("I6: a client was never answered");
}
