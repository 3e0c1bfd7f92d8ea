import { importApiDialect } from "../../functions/import-api/rules.ts";
import { type Dialect, SchemaCompiler } from "../../functions/json-schema/index.ts";
import * as limits from "../../functions/persister/limits.ts";
import { wholeJsonSchema } from "./json-schema-rules.ts";
import { deviationOf, type SuiteTest, type Verdict } from "./suite.ts";

async function compilerOf(dialect: Dialect): Promise<SchemaCompiler> {
  const compiler = new SchemaCompiler(dialect, limits);
  await compiler.loadPatterns();
  return compiler;
}

/** The dialects that the official suite runs with. */
export const dialects = {
  /** Every keyword of drafts 4 to 7. Formats depend on the destination. */
  "JSON Schema": await compilerOf({ ...wholeJsonSchema, formats: {} }),
  /** The Import API's dialect: it refuses what is known to be refused. */
  "Import API": await compilerOf(importApiDialect),
} satisfies Record<string, SchemaCompiler>;
export type DialectName = keyof typeof dialects;
const both: readonly DialectName[] = ["JSON Schema", "Import API"];
const importApi: readonly DialectName[] = ["Import API"];

interface Deviation {
  readonly reason: string;
  readonly dialects: readonly DialectName[];
  readonly verdict: Verdict;
  /** Tests, or groups of them: a group's name stands for all of its tests that deviate for this reason. */
  readonly names: readonly string[];
}

const left = "the Import API does not read the keyword (everit json-schema 1.5.1 knows draft 4)";

/** Every deviation of the evaluator from the suite, with the reason. */
export const deviations: readonly Deviation[] = [
  {
    reason: "nothing is fetched: a $ref points into its own schema, by a pointer or an #id",
    dialects: both,
    verdict: "refuses the schema",
    names: [
      "definitions: valid definition",
      "definitions: invalid definition",
      "ref: remote ref, containing refs itself",
      "ref: Recursive references between schemas",
      "refRemote: remote ref",
      "refRemote: fragment within remote ref",
      "refRemote: ref within remote ref",
      "refRemote: change resolution scope",
      "refRemote: base URI change",
      "refRemote: base URI change - change folder",
      "refRemote: base URI change - change folder in subschema",
      "refRemote: root ref in remote ref",
    ],
  },
  {
    reason: "an integer has only digits and 64 bits: docs/import-api.md, section 2",
    dialects: both,
    verdict: "refuses",
    names: [
      "optional/bignum: integer: a bignum is an integer",
      "optional/bignum: integer: a negative bignum is an integer",
      "optional/zeroTerminatedFloats: some languages do not distinguish between different types of " +
        "numeric value",
    ],
  },
  {
    reason: "keywords next to a $ref are checked too, as everit does (SchemaLoader.extend)",
    dialects: both,
    verdict: "refuses",
    names: ["ref: ref overrides any sibling keywords: ref valid, maxItems ignored"],
  },
  {
    reason: "the content of text is an annotation",
    dialects: both,
    verdict: "accepts",
    names: [
      "optional/content: validation of string-encoded content based on media type",
      "optional/content: validation of binary string-encoding",
      "optional/content: validation of binary-encoded media type documents",
      "optional/ecmascript-regex: ECMA 262 regex non-compliance",
    ],
  },
  {
    reason: left,
    dialects: importApi,
    verdict: "accepts",
    names: [
      "const: const validation",
      "const: const with object",
      "const: const with array",
      "const: const with null",
      "contains: contains keyword validation",
      "contains: contains keyword with const keyword",
      "contains: contains keyword with boolean schema true",
      "contains: contains keyword with boolean schema false",
      "if-then-else: if and then without else",
      "if-then-else: if and else without then",
      "if-then-else: validate against correct branch, then vs else",
      "propertyNames: propertyNames validation",
      "propertyNames: propertyNames with boolean schema false",
    ],
  },
  {
    reason: "the Import API checks six formats; to it every other is an annotation",
    dialects: importApi,
    verdict: "accepts",
    names: [
      "optional/format: format: uri-template",
      "optional/format: validation of IRI References",
      "optional/format: validation of IRIs",
      "optional/format: validation of JSON-pointers (JSON String Representation)",
      "optional/format: validation of Relative JSON Pointers (RJP)",
      "optional/format: validation of URI References",
      "optional/format: validation of an internationalized e-mail addresses",
      "optional/format: validation of date strings",
      "optional/format: validation of internationalized host names",
      "optional/format: validation of regular expressions",
      "optional/format: validation of time strings",
    ],
  },
  {
    reason: "the Import API accepts it: java.net.URI reads references, Guava checks ASCII only",
    dialects: importApi,
    verdict: "accepts",
    names: [
      "optional/format: validation of URIs: an invalid URI though valid URI reference",
      "optional/format: validation of URIs: an invalid protocol-relative URI Reference",
      "optional/format: validation of URIs: an invalid relative URI Reference",
      "optional/format: validation of host names: a host name containing illegal characters",
    ],
  },
  {
    reason: "the Import API refuses it: its date-times have `T` and `Z` in capitals",
    dialects: importApi,
    verdict: "refuses",
    names: ["optional/format: validation of date-time strings: case-insensitive T and Z"],
  },
];

const isNamed = (test: SuiteTest, name: string) => test.name === name || test.name.startsWith(`${name}: `);

/** The tests that apply to a dialect. */
export const testsFor = (dialect: DialectName, tests: readonly SuiteTest[]) =>
  dialect === "Import API" ? tests : tests.filter(({ keyword }) => keyword !== "optional/format");

/** Returns the unlisted deviations, and the listed names that match none. */
export function compareWithList(
  dialect: DialectName,
  tests: readonly SuiteTest[],
): { readonly unlisted: string[]; readonly unseen: string[] } {
  const listed = deviations
    .filter(each => each.dialects.includes(dialect))
    .flatMap(({ verdict, names }) => names.map(name => ({ verdict, name })));
  const seen = new Set<string>();
  const unlisted: string[] = [];
  for (const test of testsFor(dialect, tests)) {
    const verdict = deviationOf(test, dialects[dialect]);
    if (verdict === undefined) continue;
    const entry = listed.find(each => each.verdict === verdict && isNamed(test, each.name));
    if (entry === undefined) unlisted.push(`${test.draft} ${test.name}: ${verdict}`);
    else seen.add(entry.name);
  }
  return { unlisted, unseen: listed.map(({ name }) => name).filter(name => !seen.has(name)) };
}
