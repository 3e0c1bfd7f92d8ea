import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { casesOf } from "../../runs.ts";
import { bundleFolder } from "../bundle.ts";
import { firstCaught, mutated } from "./catch.ts";
import { mutants } from "./mutants.ts";

/** Proves that the simulation notices bugs: each mutant is caught, and the real product is not. */
let dir: string;
beforeAll(async () => {
  dir = await bundleFolder();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** From the mutant's seed on: a change to the simulation may have moved it. */
const schedulesMax = 300;
/** Schedules of each kind, with the product unchanged. */
const unchangedMax = casesOf(Array.from({ length: 10 }), 5).length;

describe("the simulation", () => {
  const numbered = mutants.map((mutant, n) => ({ ...mutant, n }));
  it.each(casesOf(numbered, 40))("catches: $name", async ({ n, seed = 0, schedules = "any", ...mutant }) => {
    const run = (await mutated({ ...mutant, dir, n }))[schedules];
    const caught = await firstCaught(run, seed, schedulesMax);
    expect(caught?.message, "npm run mutants -- --find looks for a seed").toMatch(/^I\d: /);
  });

  it("catches as many as docs/guarantees.md says", () => {
    const said = /(\d+) plausible bugs/.exec(readFileSync("docs/guarantees.md", "utf8"))?.[1];
    expect(mutants.length).toBe(Number(said));
  });

  it("finds nothing in a product that differs only in its spelling", async () => {
    const same = { name: "same", from: "?.accepted === true", to: "?.accepted" };
    for (const run of Object.values(await mutated({ ...same, dir, n: mutants.length })))
      expect(await firstCaught(run, 0, unchangedMax)).toBeUndefined();
  });
});
