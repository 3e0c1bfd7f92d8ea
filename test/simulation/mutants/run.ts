import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { bundleFolder } from "../bundle.ts";
import { fileOf, firstCaught, mutated } from "./catch.ts";
import { mutants } from "./mutants.ts";

/**
 * `npm run mutants` prints each mutant with the schedule that catches it. With `-- --find` it searches for
 * a seed, from the first on, if the given one fails. `-- --only WORDS` selects the mutants whose names
 * contain them.
 */
const { values } = parseArgs({
  options: { find: { type: "boolean" }, only: { type: "string" }, max: { type: "string", default: "20000" } },
});
const schedulesMax = values.find === true ? Number(values.max) : 300;

const dir = await bundleFolder();
const rows: string[][] = [];
let missed = 0;
try {
  for (const [n, mutant] of mutants.entries()) {
    const { name, seed = 0, schedules: kind = "any" } = mutant;
    if (values.only !== undefined && !name.includes(values.only)) continue;
    const run = (await mutated({ ...mutant, dir, n }))[kind];
    const caught =
      (await firstCaught(run, seed, 1)) ??
      (await firstCaught(run, values.find === true ? 0 : seed, schedulesMax));
    if (caught === undefined) missed++;
    const by = caught === undefined ? "NOT CAUGHT" : `${kind}, seed ${caught.seed}`;
    rows.push([name, fileOf(mutant), by, caught?.message ?? ""]);
    if (process.stderr.isTTY || values.find === true) console.error(rows.at(-1)!.join(" | "));
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

const cellCharsMax = 100;
const head = ["mutant", "in", "caught by the schedule", "which says"];
const cells = [head, head.map(() => "-"), ...rows].map(row => row.map(cell => cell.slice(0, cellCharsMax)));
const widths = head.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
for (const [n, row] of cells.entries()) {
  const padded = row.map((cell, column) =>
    n === 1 ? "-".repeat(widths[column]!) : cell.padEnd(widths[column]!),
  );
  console.log(`| ${padded.join(" | ")} |`);
}
console.log(`\n${rows.length} mutants, ${missed} not caught`);
process.exitCode = missed === 0 ? 0 : 1;
