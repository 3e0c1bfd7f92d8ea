import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm run test:long [-- 10]`: the tests that `npm test` runs only in part. Every property is tried that
 * many times as often, and every case of `casesOf` and every `.long.test.ts` runs.
 */
const times = process.argv[2] ?? "10";
const hasMore = (path: string) =>
  path.endsWith(".long.test.ts") ||
  (path.endsWith(".test.ts") && /from "[./]+\/runs\.ts"/.test(readFileSync(path, "utf8")));
const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map(path => join("test", path))
  .filter(hasMore);
const bundled = spawnSync("npm", ["run", "--silent", "bundle"], { stdio: ["ignore", "ignore", "inherit"] });
const vitest = join("node_modules", "vitest", "vitest.mjs");
const args = [vitest, "run", "--project=sources", "--testTimeout=0", "--hookTimeout=0", ...files];
const env = { ...process.env, TESTS: "long", RUNS: times };
const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env });
process.exitCode = bundled.status || (status ?? 1);
