import { type DialectName, deviations, dialects, testsFor } from "./deviations.ts";
import { debiansTests, deviationOf, npmsDraft4, type SuiteTest, testsIn } from "./suite.ts";

/**
 * `npm run json-schema`: the score in the official suite, by dialect, draft and keyword, and the tests left
 * to the destination. Drafts 6 and 7 need Debian's package json-schema-test-suite, or
 * JSON_SCHEMA_TEST_SUITE naming its folder.
 */
const tests = debiansTests ?? testsIn(npmsDraft4, "draft4");
if (debiansTests === undefined)
  console.log("Only draft 4, from npm: Debian's package json-schema-test-suite is not installed.\n");

const drafts = [...new Set(tests.map(({ draft }) => draft))];
const scoreOf = (some: readonly SuiteTest[], dialect: DialectName) => {
  const passed = some.filter(test => deviationOf(test, dialects[dialect]) === undefined).length;
  return some.length === 0 ? "" : `${passed}/${some.length}`;
};

for (const dialect of Object.keys(dialects) as DialectName[]) {
  const mine = testsFor(dialect, tests);
  const keywords = [...new Set(mine.map(({ keyword }) => keyword))].sort();
  const width = Math.max(...keywords.map(({ length }) => length));
  const row = (name: string, ofDraft: (draft: string) => string) =>
    console.log(`${name.padEnd(width)}${drafts.map(draft => ofDraft(draft).padStart(10)).join("")}`);
  row(dialect, draft => draft);
  for (const keyword of keywords)
    row(keyword, draft =>
      scoreOf(
        mine.filter(each => each.keyword === keyword && each.draft === draft),
        dialect,
      ),
    );
  row("all", draft =>
    scoreOf(
      mine.filter(each => each.draft === draft),
      dialect,
    ),
  );
  console.log("");
}

for (const { reason, verdict, dialects: those, names } of deviations)
  console.log(`${those.join(", ")} ${verdict}: ${reason}\n${names.map(name => `  ${name}\n`).join("")}`);
