import { readFile, rm } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { casesOf } from "../../runs.ts";
import { bundle, bundleFolder } from "../bundle.ts";
import { checks } from "./check.ts";
import { explore } from "./explore.ts";
import { keyOf } from "./key.ts";
import { edgesOf, step } from "./model.ts";
import { type Mutant, mutants, scenarios } from "./mutants.ts";
import type { Scenario, State } from "./state.ts";

/** Everything that can happen in small scenarios, in the model and in the core. */
const root = new URL("../../../", import.meta.url).pathname;
let dir: string;
beforeAll(async () => {
  dir = await bundleFolder();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** The numbers of states and of edges: a forgotten step makes them smaller. */
const counted = [
  ["alone", 365, 1_694],
  ["change", 2_578, 14_177],
  ["unchainedChange", 2_833, 15_742],
  ["unchained", 15_152, 88_124],
  ["twins", 41_193, 296_927],
  ["changes", 38_872, 225_313],
  ["whole", 110_903, 654_224],
] as const;

describe("in every state of", () => {
  const titled = counted.map(
    ([scenario, ...counts]) => [scenarios[scenario].name, scenario, counts] as const,
  );
  it.each(casesOf(titled, titled.length))(
    "%s, the core does what the model does",
    async (_, scenario, counts) => {
      const { states, edges } = await checks.core(scenarios[scenario]);
      expect([states, edges]).toEqual(counts);
    },
  );
});

/** The state after each edge. */
const edgeKeys = (state: State, scenario: Scenario) =>
  edgesOf(state, scenario)
    .map(edge => `${edge.kind} ${keyOf(step(state, edge, scenario), scenario)}`)
    .sort()
    .join("\n");

it("merged states have the same futures", async () => {
  const { change: scenario } = scenarios;
  const known = new Map<string, string>();
  await explore(scenario, {
    start: undefined,
    follow(_, __, ___, state) {
      const key = keyOf(state, scenario);
      const keys = edgeKeys(state, scenario);
      expect(known.get(key) ?? keys).toBe(keys);
      known.set(key, keys);
      return undefined;
    },
  });
});

/** The check with the mutant's bug. */
async function checkWith({ file, from, to }: Mutant, name: string): Promise<typeof checks> {
  const text = await readFile(root + file, "utf8");
  expect(text.split(from).length, `${file} holds this once: ${from}`).toBe(2);
  const path = await bundle("model/check.ts", dir, name, [
    {
      name: "mutant",
      setup: ({ onLoad }) =>
        onLoad({ filter: new RegExp(`${file.replaceAll(".", "\\.")}$`) }, () => ({
          contents: text.replace(from, () => to),
          loader: "ts",
        })),
    },
  ]);
  const module = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { checks: typeof checks };
  return module.checks;
}

describe("a bug is caught:", () => {
  it.each(
    casesOf(
      mutants.map((mutant, n) => ({ ...mutant, n })),
      5,
    ),
  )("$name", async ({ n, ...mutant }) => {
    const { core, model } = await checkWith(mutant, `mutant-${n}`);
    const checked = mutant.file.startsWith("test/") ? model : core;
    await expect(checked(scenarios[mutant.scenario])).rejects.toThrow(mutant.caught);
  });
});
