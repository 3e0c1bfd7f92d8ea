import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formats } from "../../infra/local/import-api/everit/formats.ts";
import { loadSchema } from "../../infra/local/import-api/everit/loader.ts";
import { linesOf } from "../../infra/local/import-api/everit/violation.ts";
import { fromJson } from "../../infra/local/import-api/json.ts";
import { Refusal } from "../../infra/local/import-api/refusal.ts";
import type { Value } from "../../infra/local/import-api/values.ts";

const vectors = new URL("../import-api/rules/vectors/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, vectors), "utf8");

/** The sandbox's verdict on a vector: the lines of a violation, or why it refuses the schema or the check. */
function verdictOf(schema: Value, data: Value): readonly string[] | string {
  try {
    const violation = loadSchema(schema as Map<string, Value>)(data);
    return violation === undefined ? [] : linesOf(violation);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return (error.body as { error: string }).error;
  }
}

/**
 * Java's maps have another order, and the sandbox quotes neither schemas nor objects as org.json writes
 * them.
 */
const comparable = (lines: readonly string[]) =>
  lines
    .map(line =>
      line
        .replace(/^(#\S*): [[{].*is not a valid enum value$/s, "$1: is not a valid enum value")
        .replace(/(must not be valid against schema) .*/s, "$1"),
    )
    .sort();

interface Verdict {
  readonly lines?: string[];
  readonly throws?: string;
  readonly loaderThrows?: string;
}

/** The order of the types in this message is random. */
const unordered = (message: string) =>
  message.replace(/one of (\w+), (\w+),/, (_, ...types: string[]) => `one of ${types.slice(0, 2).sort()},`);

/**
 * The service is known to accept more than everit 1.5.1 here (client code): tap-mysql prints such a
 * `maxLength`.
 */
const isMoreThan32Bits = (message: string) => message.endsWith("expected type: Integer , found : Long");

/** Which of two faults of a schema is reported is random, too. */
const isOurs = (verdict: string) => verdict.endsWith("(the sandbox's words)");

function expectVerdict(verdict: readonly string[] | string, expected: Verdict, vector: string) {
  const { lines, throws, loaderThrows = "" } = expected;
  if (lines !== undefined) return expect(comparable(verdict as string[]), vector).toEqual(comparable(lines));
  if (isMoreThan32Bits(loaderThrows)) return expect(verdict, vector).not.toBeTypeOf("string");
  if (throws === "ArithmeticException") return expect(verdict, vector).not.toBeTypeOf("string");
  const [, message] = /^SchemaException: (.*)/s.exec(loaderThrows) ?? [];
  if (message === undefined || isOurs(String(verdict)))
    return expect(verdict, vector).toMatch(/^Invalid JSON schema: /);
  return expect(unordered(String(verdict)), vector).toBe(unordered(`Invalid JSON schema: ${message}`));
}

it("the sandbox says the same about a schema and a value as everit 1.5.1", () => {
  for (const line of read("schemas.jsonl").trimEnd().split("\n")) {
    const { schema, data, ...expected } = Object.fromEntries(fromJson(line) as Map<string, Value>);
    expectVerdict(verdictOf(schema!, data!), expected as Verdict, line);
  }
});

describe("the sandbox accepts text that the receiver's library accepts or may accept", () => {
  it.each([...formats.keys()])("%s", name => {
    const texts = JSON.parse(read(`${name}.json`)) as {
      text: string;
      accepted: boolean;
      doubtful?: string;
    }[];
    const wrong = texts.filter(
      ({ text, accepted, doubtful }) =>
        formats.get(name)!.accepts(text) !== (accepted || doubtful !== undefined),
    );
    expect(wrong).toEqual([]);
  });
});

/**
 * JDKs before 19 write the nearest double of 1e23 as 9.999999999999999E22 (JDK-4511638), and later ones as
 * 1.0E23.
 */
const dependsOnJdk = (value: string) => value === "1e23";

it("the sandbox divides like BigDecimal", () => {
  const vectors = JSON.parse(read("multiple-of.json")) as {
    value: string;
    multipleOf: string;
    accepted: boolean;
  }[];
  for (const { value, multipleOf, accepted } of vectors.filter(each => !dependsOnJdk(each.value))) {
    const verdict = verdictOf(fromJson(`{"multipleOf":${multipleOf}}`), fromJson(value));
    expect(verdict.length === 0, `${value} of ${multipleOf}`).toBe(accepted);
  }
});
