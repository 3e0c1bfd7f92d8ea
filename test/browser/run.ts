import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { chromiumPath } from "./chromium.ts";

/** `npm run test:browser`: the status page in a real browser. Arguments are passed to vitest. */
if (chromiumPath() === undefined) {
  console.log("There is no chromium here (Debian: apt-get install chromium); the browser tests are skipped.");
} else {
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", "--project=browser", "--no-file-parallelism", ...process.argv.slice(2)];
  const env = { ...process.env, TESTS: "browser" };
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env });
  process.exitCode = status ?? 1;
}
