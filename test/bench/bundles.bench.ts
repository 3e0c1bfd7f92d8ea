import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Measures a cold start of each bundle: its size, and the time to import it, as a multiple of the time
 * to import the AWS SDK's two clients that are not bundled. Fails above the budget.
 */
const [dir = "dist"] = process.argv.slice(2);
const rounds = 11;
const kilobytesMax = 1_050;
const importRatioMax = 1.5;
const reference = 'await import("@aws-sdk/client-s3"); await import("@aws-sdk/client-dynamodb")';

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

/** From the start of a process to its end, in ms. */
function timeOf(code: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code]);
  if (status !== 0) throw new Error(String(stderr));
  return performance.now() - start;
}

console.log("\nBundles                     kB   import (1.00 = two SDK clients, unbundled)");
let isOver = false;
for (const file of readdirSync(dir).filter(name => name.endsWith(".mjs"))) {
  const code = `await import(${JSON.stringify(join(process.cwd(), dir, file))})`;
  const times: number[] = [];
  const bare: number[] = [];
  const references: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(timeOf(""));
    references.push(timeOf(reference));
    times.push(timeOf(code));
  }
  const kilobytes = Math.ceil(statSync(join(dir, file)).size / 1_000);
  const ratio = (median(times) - median(bare)) / (median(references) - median(bare));
  isOver ||= kilobytes > kilobytesMax || ratio > importRatioMax;
  console.log(`${file.padEnd(24)} ${String(kilobytes).padStart(5)}   ${ratio.toFixed(2)}`);
}
console.log(`The budget: ${kilobytesMax} kB, ${importRatioMax.toFixed(2)}.`);
if (isOver) process.exitCode = 1;
