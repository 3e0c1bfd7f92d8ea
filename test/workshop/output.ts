import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** One test of vitest's JSON report. */
interface Tested {
  readonly fullName: string;
  readonly status: "passed" | "failed" | "skipped" | "pending" | "todo" | "disabled";
}

/** The parts of vitest's JSON report that `npm test` reads. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly Tested[] }[];
}

/** Matches a title with a missing value or an unreplaced placeholder. */
const incompleteTitle = /\b(undefined|NaN)\b|%[sdifjoOc#$%]/;

/** Titles with missing values, each with its file. */
export const incompleteTitles = ({ testResults }: Report): string[] =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ fullName }) => incompleteTitle.test(fullName))
      .map(({ fullName }) => `${name}: ${fullName}`),
  );

/** The titles of skipped tests. */
export const skippedTitles = ({ testResults }: Report): string[] =>
  testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== "passed" && status !== "failed")
      .map(({ fullName }) => fullName),
  );

/** Matches the import of what opens a database: test/postgres/server.ts starts its server. */
const opensDatabase = /from "\.[./]*(\/postgres)?\/(database|delivering|server)\.ts"/;

/** The number of passed tests of each file that ran against a PostgreSQL server. */
export const databaseTests = ({ testResults }: Report): ReadonlyMap<string, number> =>
  new Map(
    testResults
      .filter(({ name }) => opensDatabase.test(readFileSync(name, "utf8")))
      .map(({ name, assertionResults }) => [
        relative(".", name),
        assertionResults.filter(({ status }) => status === "passed").length,
      ]),
  );

/** Matches what vitest itself prints if all tests pass. */
const summary = /^ *(RUN|Test Files|Tests|Start at|Duration|JSON report written to) /;

/** Lines printed by passing tests or the code under test. */
export const strayLines = (output: string): string[] =>
  stripVTControlCharacters(output)
    .split("\n")
    .filter(line => line.trim() !== "" && !summary.test(line));

const ticksPerSecond = 100; // USER_HZ, the same on every Linux: man 5 proc

/**
 * CPU seconds of this process and of all its descendants that have ended and were waited for. Node's own
 * `process.resourceUsage()` leaves children out; undefined where there is no /proc.
 */
export function cpuSeconds(): number | undefined {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // The second field is the command's name, which may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [user, system, childrensUser, childrensSystem] = fields.slice(11, 15).map(Number);
    return (user! + system! + childrensUser! + childrensSystem!) / ticksPerSecond;
  } catch {
    return undefined;
  }
}
