import { HttpClient } from "./clients/http-client.ts";
import { PersistClient } from "./clients/persist-client.ts";
import { Scheduled } from "./clients/scheduled.ts";
import { SettingsClient } from "./clients/settings-client.ts";
import { calm, type FaultPlan, randomFaults } from "./faults.ts";
import { run, type Simulated, simulate } from "./simulate.ts";
import { calmTraits, type WorldTraits } from "./world/traits.ts";
import { World } from "./world/world.ts";

type PlanOf = (world: World) => FaultPlan;

/** Schedules of one streamer in a world without faults of its own. */
const single =
  (traits: Partial<WorldTraits>, planOf: PlanOf, worksOf: (world: World, plan: FaultPlan) => Works) =>
  (seed: number): Promise<Simulated> => {
    const world = new World(seed, () => ({ ...calmTraits, ...traits }));
    world.invariants.chained.add("a");
    return run(world, worksOf(world, planOf(world)));
  };
type Works = readonly (() => Promise<void>)[];

/** Schedules of clients that chain their deliveries to one streamer, each of which does `work`. */
const chained = (
  traits: Partial<WorldTraits>,
  planOf: PlanOf,
  clients: number,
  work: (client: HttpClient) => Promise<void>,
) =>
  single(traits, planOf, (world, plan) => {
    const all = Array.from({ length: clients }, () => new HttpClient(world, "a", "chained", plan));
    return all.map(client => () => work(client));
  });

const much: PlanOf = ({ random }) => randomFaults(random, { call: 0.12, api: 0.5 });
const refusing: PlanOf = ({ random }) => randomFaults(random, { call: 0.02, api: 0.5 });
const late: PlanOf = ({ random }) => ({
  next: step => (step === "forward" && random.chance(0.4) ? "late" : undefined),
});
const narrow: PlanOf = ({ random }) => ({
  next: step =>
    step === "forward" && random.chance(0.6) ? random.pick(["too-large", "rejected", "queued"]) : undefined,
});

const forgetful: PlanOf = ({ random }) => ({
  next: step =>
    step === "change" && random.chance(0.6) ? random.pick(["retried", "lost-after", "late"]) : undefined,
});

/** Objects of receipts are often not stored. */
const lossy: PlanOf = ({ random }) => ({
  next: (step, service) =>
    step === "receipt" && service === "bucket" && random.chance(0.5)
      ? random.pick(["lost-before", "cut-off"])
      : undefined,
});

/** Streamers that print slowly, and runs that are killed. */
const slow: PlanOf = ({ random }) => ({
  next: step => {
    if (step === "stream") return random.chance(0.4) ? "slow-stream" : undefined;
    return random.chance(0.01) ? random.pick(["killed-before", "lost-after", "asleep"]) : undefined;
  },
});

/** Kinds of schedules. A seed determines each one. */
export const schedules = {
  any: (seed: number) => simulate(seed),
  /** The same with a database as the destination. */
  database: (seed: number) => simulate(seed, "database"),
  /** Attempts of one delivery at once. */
  twins: chained(
    {},
    () => calm,
    1,
    client => client.twins(),
  ),
  /** Two clients that each send a delivery repeatedly, with many faults. */
  crowded: chained({}, much, 2, client => client.insist(3)),
  /** The same with clocks that are minutes wrong, so that live leases are taken over. */
  clocks: chained({ skewMillisecondsMax: 300_000 }, much, 2, client => client.insist(3)),
  /** Deliveries that failed, and are sent again against an older revision. */
  contradictions: chained({}, much, 1, client => client.contradict(5)),
  /** `persist` at the end of a pipe, whose streamer starts from the last printed bookmark. */
  pipes: (seed: number) => {
    const world = new World(seed, () => calmTraits);
    const client = new PersistClient(world, "a", "pipe", much(world));
    return run(world, [() => client.run(3)]);
  },
  /** Versions activated one after the other, and refused batches. */
  versions: chained({ streamKinds: ["versioned"] }, refusing, 1, client => client.insist(4)),
  /** Batches that are too large and sent in halves, of which some are refused. */
  halves: chained({ streamKinds: ["keyed"], bytesAround: 150_000 }, narrow, 1, client => client.insist(3)),
  /** Bookmarks moved manually, with lost answers, during deliveries. */
  changes: chained({}, forgetful, 3, client => client.meddle(3)),
  /** A key that passes to another body while its first one is sent again. */
  handover: chained(
    {},
    () => calm,
    1,
    client => client.handOver(),
  ),
  /** Receipts of many streams, which are stored in S3. */
  receipts: chained({ streamKinds: ["keyed"], isWide: true }, lossy, 1, client => client.insist(3)),
  /** Settings that two operators set at once, with lost answers, during deliveries. */
  settings: single({}, forgetful, (world, plan) => [
    () => new HttpClient(world, "a", "chained", calm).run(2),
    () => new SettingsClient(world, "a", plan).run(5),
    () => new SettingsClient(world, "a", plan).run(5),
  ]),
  /** Scheduled runs that form chains, and start while another chain is live. */
  chains: single({ hasChains: true }, slow, (world, plan) => {
    const scheduled = new Scheduled(world, "a", plan);
    return [() => scheduled.run(4)];
  }),
  /** Commits are read immediately. */
  looks: chained(
    {},
    () => calm,
    2,
    client => client.watch(3),
  ),
  /** Tokens expire or are revoked while several clients use them. */
  tokens: chained(
    { tokensEnd: true },
    () => calm,
    3,
    client => client.run(4),
  ),
  /** Requests that arrive long after their senders have given up. */
  late: chained({}, late, 1, client => client.run(4)),
} as const;
export type ScheduleKind = keyof typeof schedules;
