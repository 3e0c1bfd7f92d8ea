import { describe, expect, it } from "vitest";
import { casesOf } from "../runs.ts";
import { addFaults, type FaultCounts, neverHit } from "./report.ts";
import { type ScheduleKind, schedules } from "./schedules.ts";
import { simulate } from "./simulate.ts";
import { pairs, singles, sweep } from "./sweep.ts";

const seeds = Array.from({ length: 2_000 }, (_, seed) => seed);

async function simulateAll(run: typeof simulate, all: readonly number[], flag = "") {
  const faults: FaultCounts = new Map();
  let commits = 0;
  for (const seed of all) {
    try {
      const simulated = await run(seed);
      commits += simulated.commits;
      addFaults(faults, simulated.faults);
    } catch (error) {
      throw new Error(`npm run simulate -- --seed ${seed}${flag}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  return { commits, faults };
}

describe("the invariants hold", () => {
  it.each([
    { kind: "any", destination: "import-api", every: 50, flag: "" },
    { kind: "database", destination: "database", every: 100, flag: " --database" },
  ] as const)(
    "in schedules that together hit every kind of fault and every step: $destination",
    async each => {
      const some = casesOf(seeds, each.every);
      const { commits, faults } = await simulateAll(schedules[each.kind], some, each.flag);
      // A world without commits can't break a promise.
      expect(commits).toBeGreaterThan(some.length);
      // A few schedules may miss one by chance.
      if (some.length === seeds.length) expect(neverHit(faults, each.destination)).toEqual([]);
    },
  );

  it.each((Object.keys(schedules) as ScheduleKind[]).filter(kind => !["any", "database"].includes(kind)))(
    "in schedules of a kind of their own: %s",
    async kind => {
      const { commits } = await simulateAll(schedules[kind], casesOf(seeds.slice(0, 200), 40));
      expect(commits).toBeGreaterThan(0);
    },
  );

  it.each(casesOf([1, 2, 6], 3))("with every fault at every call, one at a time: seed %i", async seed => {
    expect(await sweep(seed, casesOf(await singles(seed), 12))).toBeGreaterThan(15);
  });

  it.each(casesOf([4, 5], 2))("with processes killed at every two calls: seed %i", async seed => {
    expect(await sweep(seed, casesOf(await pairs(seed), 40))).toBeGreaterThan(10);
  });

  it("and the same seed is the same schedule", async () => {
    for (const seed of casesOf([11, 12, 13], 3)) expect(await simulate(seed)).toEqual(await simulate(seed));
  });
});
