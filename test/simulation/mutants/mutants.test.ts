import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { casesOf } from "../../runs.ts";
import type { simulate, simulateTwins } from "../simulate.ts";
import { type Mutant, mutants } from "./mutants.ts";

/** The simulation is worth what it catches: each mutant is caught, and the core as it is is not. */
const root = new URL("../../../", import.meta.url).pathname;
const schedulesMax = 10_000;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-mutants-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Simulation {
  readonly simulate: typeof simulate;
  readonly simulateTwins: typeof simulateTwins;
}

/** The simulation with the mutant's bug in the core. */
async function simulationOf({ file, from, to }: Omit<Mutant, "name">, name: string): Promise<Simulation> {
  const outfile = join(dir, `${name}.mjs`);
  const path = join(root, "functions", file);
  const text = await readFile(path, "utf8");
  expect(text.split(from), `${file} holds this once: ${from}`).toHaveLength(2);
  await build({
    entryPoints: [join(root, "test/simulation/simulate.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    plugins: [
      {
        name: "mutant",
        setup: ({ onLoad }) =>
          onLoad({ filter: new RegExp(`functions/${file.replaceAll(".", "\\.")}$`) }, () => ({
            contents: text.replace(from, () => to),
            loader: "ts",
          })),
      },
    ],
  });
  return import(/* @vite-ignore */ pathToFileURL(outfile).href) as Promise<Simulation>;
}

/** What the simulation says of a bug, at the first schedule that shows it. */
async function caught(
  run: (seed: number) => Promise<unknown>,
  first: number,
  schedules: number,
): Promise<string | undefined> {
  for (let seed = first; seed < first + schedules; seed++) {
    try {
      await run(seed);
    } catch (error) {
      return `${(error as Error).message} (seed ${seed})`;
    }
  }
  return undefined;
}

describe("the simulation", () => {
  const numbered = mutants.map((mutant, n) => ({ ...mutant, n }));
  it.each(casesOf(numbered, 4))("catches: $name", async ({ n, seed = 0, schedules, ...mutant }) => {
    const { simulate, simulateTwins } = await simulationOf(mutant, `mutant-${n}`);
    const run = schedules === "twins" ? simulateTwins : simulate;
    expect(await caught(run, seed, schedulesMax)).toMatch(/^I\d: /);
  });

  it("finds nothing in a core that is only written in other words", async () => {
    const same = { file: "persister/forward/tracker.ts", from: "?.accepted === true", to: "?.accepted" };
    const { simulate, simulateTwins } = await simulationOf(same, "same");
    for (const run of [simulate, simulateTwins]) expect(await caught(run, 0, 300)).toBeUndefined();
  });
});
