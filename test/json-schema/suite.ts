import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parse, stringify } from "lossless-json";
import {
  Evaluator,
  NotASchema,
  type SchemaCompiler,
  violationsOf,
} from "../../functions/json-schema/index.ts";

/** The official JSON-Schema-Test-Suite: github.com/json-schema-org/JSON-Schema-Test-Suite. */

export type Draft = "draft4" | "draft6" | "draft7";

/** A test of the suite: a schema and a value, as JSON text. */
export interface SuiteTest {
  readonly draft: Draft;
  /** The file's name. `optional/…` are tests that a validator may fail. */
  readonly keyword: string;
  /** The keyword, and the descriptions of the schema and the value: the same in every draft. */
  readonly name: string;
  readonly schema: string;
  readonly value: string;
  readonly valid: boolean;
}

interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

/** The tests of a draft's folder. Numbers keep their digits. */
export function testsIn(folder: string, draft: Draft): readonly SuiteTest[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(file =>
    file.endsWith(".json"),
  );
  return files.sort().flatMap(file => {
    // Draft 7 has a file for each format.
    const keyword = file.slice(0, -".json".length).replace(/^(optional\/format)\/.*/, "$1");
    const groups = parse(readFileSync(join(folder, file), "utf8")) as readonly Group[];
    return groups.flatMap(({ description, schema, tests }) =>
      tests.map(test => ({
        draft,
        keyword,
        name: `${keyword}: ${description}: ${test.description}`,
        schema: stringify(schema)!,
        value: stringify(test.data)!,
        valid: test.valid,
      })),
    );
  });
}

/** Draft 4 as of 2015, from npm. */
export const npmsDraft4 = join(
  dirname(createRequire(import.meta.url).resolve("json-schema-test-suite/package.json")),
  "tests/draft4",
);

const stepsMax = 1_000_000_000;

const debians = [process.env.JSON_SCHEMA_TEST_SUITE ?? "", "/usr/share/json-schema-test-suite"]
  .map(folder => join(folder, "tests"))
  .find(existsSync);

/** Drafts 4, 6 and 7 from Debian's package; undefined if it is not installed. */
export const debiansTests =
  debians === undefined
    ? undefined
    : (["draft4", "draft6", "draft7"] as const).flatMap(draft => testsIn(join(debians, draft), draft));

/** The evaluator's verdict on a test's value. */
export type Verdict = "accepts" | "refuses" | "refuses the schema";

function verdictOf({ schema, value }: SuiteTest, compiler: SchemaCompiler): Verdict {
  try {
    const node = compiler.compile({ text: Buffer.from(schema) }, () => {});
    const violations = violationsOf(node, new Evaluator(compiler, stepsMax), Buffer.from(value));
    return violations.length === 0 ? "accepts" : "refuses";
  } catch (error) {
    if (!(error instanceof NotASchema)) throw error;
    return "refuses the schema";
  }
}

/** The verdict if it differs from the suite's. */
export function deviationOf(test: SuiteTest, compiler: SchemaCompiler): Verdict | undefined {
  const verdict = verdictOf(test, compiler);
  return verdict === (test.valid ? "accepts" : "refuses") ? undefined : verdict;
}
