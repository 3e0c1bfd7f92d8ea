import { describe, expect, it } from "vitest";
import { compareWithList, type DialectName, dialects, testsFor } from "./deviations.ts";
import { debiansTests, deviationOf, npmsDraft4, type SuiteTest, testsIn } from "./suite.ts";

/** The official JSON-Schema-Test-Suite. Every deviation from it is listed in deviations.ts. */
const names = Object.keys(dialects) as DialectName[];
const draft4 = testsIn(npmsDraft4, "draft4");

describe.each(names)("the official suite, read as %s,", dialect => {
  it("passes draft 4 from npm, except for listed deviations", () => {
    expect(testsFor(dialect, draft4).length).toBeGreaterThan(250);
    expect(compareWithList(dialect, draft4).unlisted).toEqual([]);
  });

  it.skipIf(debiansTests === undefined)(
    "passes in drafts 4, 6 and 7, but for what is listed (skipped without Debian's json-schema-test-suite)",
    () => {
      expect(testsFor(dialect, debiansTests!).length).toBeGreaterThan(1_100);
      const { unlisted, unseen } = compareWithList(dialect, [...draft4, ...debiansTests!]);
      expect([unlisted, unseen]).toEqual([[], []]);
    },
  );
});

it("an unlisted deviation is found", () => {
  const wrong = (each: SuiteTest): SuiteTest => ({ ...each, valid: !each.valid });
  const [first] = draft4.filter(({ keyword }) => keyword === "minimum");
  expect(deviationOf(first!, dialects["JSON Schema"])).toBeUndefined();
  expect(compareWithList("JSON Schema", [wrong(first!)]).unlisted).toEqual([
    expect.stringContaining("draft4 minimum: "),
  ]);
});
