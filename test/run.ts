import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `npm test`: all checks, then all tests; the last line says how many passed. Arguments go to vitest. */
const checks = ["types", "lint", "knip", "bundle"];

interface Ended {
  readonly code: number;
  readonly output: string;
}

function run(command: string, args: readonly string[], stdio: "pipe" | "inherit"): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", stdio, stdio],
      shell: process.platform === "win32",
    });
    let output = "";
    child.stdout?.on("data", text => {
      output += text;
    });
    child.stderr?.on("data", text => {
      output += text;
    });
    child.once("error", reject);
    child.once("close", code => resolve({ code: code ?? 1, output }));
  });
}

async function runChecks(): Promise<boolean> {
  const ended = await Promise.all(checks.map(check => run("npm", ["run", "--silent", check], "pipe")));
  for (const [i, { code, output }] of ended.entries()) {
    console.log(`${code === 0 ? "✓" : "✗"} npm run ${checks[i]}`);
    if (code !== 0) console.log(output);
  }
  return ended.every(({ code }) => code === 0);
}

interface Counts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

/** vitest writes no report where it can't even start. */
const noReport: Counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };

async function runTests(): Promise<{ passed: number; failed: number; skipped: number; code: number }> {
  const dir = mkdtempSync(join(tmpdir(), "persister-test-"));
  const report = join(dir, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const { code } = await run(
    process.execPath,
    [vitest, "run", ...reporters, ...process.argv.slice(2)],
    "inherit",
  );
  const counts: Counts = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : noReport;
  rmSync(dir, { recursive: true });
  return {
    passed: counts.numPassedTests,
    // A file that does not load fails, and none of its tests does.
    failed: Math.max(counts.numFailedTests, code === 0 ? 0 : 1),
    skipped: counts.numPendingTests,
    code,
  };
}

const checked = await runChecks();
const { passed, failed, skipped, code } = await runTests();
console.log(
  `${passed} passed, ${failed + (checked ? 0 : 1)} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`,
);
process.exitCode = checked ? code : 1;
