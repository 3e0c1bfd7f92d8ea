import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { cpuSeconds, incompleteTitles, type Report, skippedTitles, strayLines } from "./output.ts";

/** The rules for the output of `npm test`. */
const reportOf = (fullName: string, status: "passed" | "skipped" = "passed"): Report => ({
  numPassedTests: 1,
  numFailedTests: 0,
  numPendingTests: 0,
  testResults: [{ name: "a.test.ts", assertionResults: [{ fullName, status }] }],
});
/** Written like this since this file's own titles are checked, too. */
const cent = String.fromCharCode(37);

describe("a title", () => {
  it("must have all values filled in", () => {
    for (const fit of ["a number", "undefinedness", "NaNo", `80 ${cent} of it`, `y${cent}20z`])
      expect(incompleteTitles(reportOf(fit))).toEqual([]);
    for (const incomplete of [`is ${undefined}`, `at ${Number.NaN} s`, `${cent}s is refused`])
      expect(incompleteTitles(reportOf(incomplete))).toEqual([`a.test.ts: ${incomplete}`]);
  });

  it("of a skipped test is listed", () => {
    expect(skippedTitles(reportOf("no Java here", "skipped"))).toEqual(["no Java here"]);
    expect(skippedTitles(reportOf("passes"))).toEqual([]);
  });
});

describe("the output of passing tests", () => {
  const summary = [
    " RUN  v4.1.12 /somewhere",
    "",
    " Test Files  130 passed (130)",
    "      Tests  2000 passed | 3 skipped (2003)",
    "   Start at  23:50:21",
    "   Duration  87.63s (transform 2.57s, setup 179ms)",
    "JSON report written to /tmp/report.json",
  ];
  it("is vitest's summary, in colours or not", () => {
    expect(strayLines(summary.join("\n"))).toEqual([]);
    expect(strayLines("\u001b[1m RUN \u001b[22m v4.1.12\n\u001b[2m Test Files \u001b[22m 1 passed")).toEqual(
      [],
    );
  });
  it.each(['{"level":"ERROR"}', "try 2, after 503", "(node:1) Warning: old"])("is not %s", line => {
    expect(strayLines([...summary, line].join("\n"))).toEqual([line]);
  });
});

it.skipIf(process.platform !== "linux")("CPU time counts children that have ended", () => {
  const before = cpuSeconds()!;
  const spin = "const c = process.cpuUsage; while (c().user < 200_000);";
  spawnSync(process.execPath, ["-e", spin]);
  expect(cpuSeconds()! - before).toBeGreaterThan(0.15);
});
