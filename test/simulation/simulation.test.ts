import { describe, expect, it } from "vitest";
import { simulate } from "./simulate.ts";
import { pairs, singles, sweep } from "./sweep.ts";

const schedules = 2_000;

describe("the invariants hold", () => {
  it(`in ${schedules} schedules of clients and faults`, async () => {
    let commits = 0;
    for (let seed = 0; seed < schedules; seed++) {
      try {
        commits += (await simulate(seed)).commits;
      } catch (error) {
        throw new Error(`npm run simulate -- --seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    // A world in which nothing is committed breaks no promise.
    expect(commits).toBeGreaterThan(schedules);
  });

  it.each([1, 2, 6])("whatever befalls one call, each in turn: seed %i", async seed => {
    expect(await sweep(seed, await singles(seed))).toBeGreaterThan(100);
  });

  it("wherever the process is killed twice", async () => {
    expect(await sweep(4, await pairs(4))).toBeGreaterThan(100);
  });

  it("and the same seed is the same schedule", async () => {
    const twice = [await simulate(11), await simulate(11)];
    expect(twice[0]).toEqual(twice[1]);
  });
});
