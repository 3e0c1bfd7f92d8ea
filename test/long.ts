import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** `npm run test:long [-- 100]`: every property so many times as often as `npm test` tries it. */
const times = process.argv[2] ?? "100";
const vitest = join("node_modules", "vitest", "vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", ".property.test.ts", "--testTimeout=0"], {
  stdio: "inherit",
  env: { ...process.env, RUNS: times },
});
process.exitCode = status ?? 1;
