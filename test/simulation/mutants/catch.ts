import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "../bundle.ts";
import type { schedules } from "../schedules.ts";
import type { Mutant } from "./mutants.ts";

const root = new URL("../../../", import.meta.url).pathname;
/** The folders that a mutant may change. */
const sources = ["functions", "cli"].flatMap(dir =>
  readdirSync(join(root, dir), { recursive: true, encoding: "utf8" })
    .filter(path => path.endsWith(".ts"))
    .map(path => ({ path: join(dir, path), text: readFileSync(join(root, dir, path), "utf8") })),
);

/** The file that contains the mutant's snippet. Throws unless exactly one does, exactly once. */
export function fileOf({ name, from }: Pick<Mutant, "name" | "from">): string {
  const found = sources.flatMap(({ path, text }) => Array(text.split(from).length - 1).fill(path));
  if (found.length === 1) return found[0];
  throw new Error(`The mutant "${name}" has its snippet ${found.length} times, not once: ${from}`);
}

/** A bug, and the number of its bundle in `dir`, which is bundleFolder's. */
export interface Bug extends Pick<Mutant, "name" | "from" | "to"> {
  readonly dir: string;
  readonly n: number;
}

/** Imports a module, given by its path from test/simulation, with a bug in the product. */
export async function importMutated<Module>(entry: string, { dir, n, ...mutant }: Bug): Promise<Module> {
  const file = join(root, fileOf(mutant));
  const contents = readFileSync(file, "utf8").replace(mutant.from, () => mutant.to);
  const path = await bundle(entry, dir, `mutant-${n}`, [
    {
      name: "mutant",
      setup: ({ onLoad }) =>
        onLoad({ filter: /\.ts$/ }, ({ path }) => (path === file ? { contents, loader: "ts" } : undefined)),
    },
  ]);
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Module;
}

/** The simulation with a bug in the product. */
export const mutated = async (bug: Bug): Promise<typeof schedules> =>
  (await importMutated<{ readonly schedules: typeof schedules }>("schedules.ts", bug)).schedules;

/** The violation that shows a bug, and the schedule's seed. */
export interface Caught {
  readonly message: string;
  readonly seed: number;
}

/** The first of this many schedules that shows a bug. */
export async function firstCaught(
  run: (seed: number) => Promise<unknown>,
  from: number,
  count: number,
): Promise<Caught | undefined> {
  for (let seed = from; seed < from + count; seed++) {
    try {
      await run(seed);
    } catch (error) {
      return { message: (error as Error).message, seed };
    }
  }
  return undefined;
}
