import { setImmediate } from "node:timers/promises";
import { HttpClient, type Manner, manners } from "./clients/http-client.ts";
import { calls, PersistClient } from "./clients/persist-client.ts";
import { Scheduled } from "./clients/scheduled.ts";
import { SettingsClient } from "./clients/settings-client.ts";
import { calm, type FaultPlan, randomFaults } from "./faults.ts";
import { Violation } from "./invariants/violation.ts";
import type { Random } from "./random.ts";
import type { FaultCounts } from "./report.ts";
import { apartIn, randomApart } from "./world/apart.ts";
import { calmTraits, type DestinationName, drawWorld } from "./world/traits.ts";
import { World } from "./world/world.ts";

export interface Simulated {
  /** The number of events. */
  readonly steps: number;
  readonly commits: number;
  /** The number of faults of each kind at each step. */
  readonly faults: FaultCounts;
}

/** Runs a seed's schedule: streamers, their clients, and faults. Throws a Violation. */
export async function simulate(seed: number, destination?: DestinationName): Promise<Simulated> {
  const apart = randomApart(seed);
  const world = new World(seed, random => ({
    ...drawWorld(random),
    hasChains: apart.chance(0.15),
    ...(destination && { destination }),
  }));
  const { random, traits } = world;
  const plan = randomFaults(random, { call: traits.callFaults, api: traits.apiFaults });
  const streamers = traits.sharesTables ? ["a", "b"] : random.pick([["a"], ["a"], ["a", "b"]]);
  const clients = streamers.flatMap(streamer => clientsOf(streamer, world, plan));
  const works = clients.map(client => () => client.run(random.int(1, 3)));
  if (apart.chance(0.25)) works.push(() => settingsOf(streamers[0]!, world, apart).run(apart.int(1, 3)));
  return run(world, works);
}

/** An operator who sets a streamer's settings, and what else happens stays as it is without. */
function settingsOf(streamer: string, world: World, apart: Random): Client {
  const { callFaults: call, apiFaults: api } = world.traits;
  return new SettingsClient(apartIn(world, apart), streamer, randomFaults(apart, { call, api }));
}

interface Client {
  run(rounds: number): Promise<void>;
}

/** A streamer's clients: one kind of client, or several that all chain their deliveries. */
function clientsOf(streamer: string, world: World, plan: FaultPlan): Client[] {
  const { random, invariants } = world;
  const kind = random.pick([...manners, ...manners, "scheduled", "persist", "mixed"] as const);
  const call = random.pick(calls);
  const manner = manners.find(each => each === kind);
  if (manner === undefined ? call !== "pipe" || kind !== "persist" : manner === "chained")
    invariants.chained.add(streamer);
  const http = (how: Manner) => new HttpClient(world, streamer, how, plan);
  const scheduled = () => new Scheduled(world, streamer, plan);
  if (manner !== undefined) return Array.from({ length: random.int(1, 3) }, () => http(manner));
  if (kind === "scheduled") return [scheduled()];
  if (kind === "persist")
    return Array.from({ length: random.int(1, 2) }, () => new PersistClient(world, streamer, call, plan));
  return [http("chained"), scheduled(), new PersistClient(world, streamer, "command", plan)];
}

/** Runs one client's deliveries with the faults in `plan`. Throws a Violation. */
export async function simulateDelivery(seed: number, plan: FaultPlan): Promise<Simulated> {
  const world = new World(seed, () => calmTraits);
  world.invariants.chained.add("a");
  return run(world, [() => new HttpClient(world, "a", "chained", plan).run(2)]);
}

/** Lets clients finish. Then all faults end, and the remaining clients deliver everything in the sources. */
export async function run(world: World, clients: readonly (() => Promise<void>)[]): Promise<Simulated> {
  const { write } = process.stderr;
  // The endpoint's log lines don't matter here.
  if (!process.env.SIM_LOG) process.stderr.write = () => true;
  try {
    planEvents(world);
    await runAll(world, clients);
    world.calmDown();
    await runAll(
      world,
      world.sources.map(
        ({ streamer }) =>
          () =>
            new HttpClient(world, streamer, "chained", calm).finish(),
      ),
    );
  } finally {
    process.stderr.write = write;
  }
  world.invariants.checkEnd();
  const { scheduler, invariants, faults } = world;
  return { steps: scheduler.steps, commits: invariants.commits.count, faults };
}

const minuteMilliseconds = 60_000;
const dayMilliseconds = 86_400_000;
/** Longer than any process. */
const closedMilliseconds = 20 * minuteMilliseconds;
/** About when items expire. */
const expiringDays = [400.5, 401, 401.5, 402, 403];

/** Events of the world that don't depend on clients. */
function planEvents(world: World): void {
  const { scheduler, traits } = world;
  if (traits.isLong)
    for (const days of expiringDays) scheduler.in(days * dayMilliseconds, () => world.expire());
  const { restore } = traits;
  if (restore === undefined) return;
  scheduler.in(restore.from, () => {
    const goBack = world.copyTable();
    // As in docs/operations.md: no request is accepted until everything in progress has ended.
    scheduler.in(restore.at - restore.from, () => {
      world.isClosed = true;
      scheduler.in(closedMilliseconds, () => {
        goBack();
        world.isClosed = false;
      });
    });
  });
}

async function runAll(world: World, works: readonly (() => Promise<void>)[]): Promise<void> {
  const { invariants, scheduler } = world;
  const ended = Promise.all(works.map(work => work())).then(
    () => true,
    error => invariants.fail(error),
  );
  await scheduler.run(() => invariants.check());
  const isEnded = await Promise.race([ended, setImmediate(false)]);
  if (isEnded !== true) throw new Violation("I6", "a client was never answered");
}
