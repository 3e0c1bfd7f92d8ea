import { readFileSync } from "node:fs";
import { parse, stringify } from "lossless-json";
import { beforeAll, describe, expect, it } from "vitest";
import { importApiDialect } from "../../../functions/import-api/rules.ts";
import {
  Evaluator,
  ExactReader,
  numberAsWritten,
  SchemaCompiler,
  violationsOf,
} from "../../../functions/json-schema/index.ts";
import * as limits from "../../../functions/persister/limits.ts";
import type { JsonObject } from "../../../functions/values/json-object.ts";
import { refusalsOf, refusalsOfSchema } from "../../persister/refusals.ts";

interface Answer {
  readonly accepted: boolean;
  readonly doubtful?: string;
}
type Vector = Answer & { readonly text: string };
type Multiple = Answer & { readonly value: string; readonly multipleOf: string };
interface SchemaVector {
  readonly schema: string;
  readonly read: boolean;
  readonly doubtful?: string;
  readonly values: readonly (Answer & { readonly value: string })[];
}

const vectorsOf = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), "utf8")) as T[];
/** Everything that the Import API is not known to refuse is sent. */
const isSent = ({ accepted, doubtful }: Answer) => accepted || doubtful !== undefined;
const { formats } = importApiDialect;

describe("a format refuses what every known version of the real library refuses", () => {
  it.each(Object.keys(formats))("%s", name => {
    const vectors = vectorsOf<Vector>(name);
    expect(vectors.length).toBeGreaterThan(250);
    expect(vectors.filter(each => formats[name]!(each.text) !== isSent(each))).toEqual([]);
  });

  it("and there are six", () => {
    expect(Object.keys(formats).toSorted()).toEqual([
      ...["date-time", "email", "hostname", "ipv4", "ipv6", "uri"],
    ]);
  });
});

describe("a schema and its records are refused as everit refuses them", () => {
  const vectors = vectorsOf<SchemaVector>("schemas");

  it("the schema", () => {
    expect(vectors.length).toBeGreaterThan(300);
    const wrong = vectors.filter(
      ({ schema, read, doubtful }) =>
        (refusalsOfSchema(schema).length === 0) !== (read || doubtful !== undefined),
    );
    expect(wrong).toEqual([]);
  });

  it.each(vectors.filter(({ values }) => values.length > 0))(
    "the values of $schema",
    ({ schema, values }) => {
      const refused = refusalsOf(
        schema,
        values.map(({ value }) => value),
      );
      const wrong = values.filter((each, n) => (refused[n] === undefined) !== isSent(each));
      expect(wrong).toEqual([]);
    },
  );

  it("a multiple may be exact, or a multiple of the doubles", () => {
    const wrong = vectorsOf<Multiple>("multiple-of").filter(({ value, multipleOf, accepted }) => {
      const [refusal] = refusalsOf(`{"multipleOf":${multipleOf}}`, [value]);
      return accepted && refusal !== undefined;
    });
    expect(wrong).toEqual([]);
  });
});

describe("a value is refused only if everit refuses it under the whole schema", () => {
  interface Verdict {
    readonly schema: JsonObject;
    readonly data: unknown;
    readonly lines?: readonly string[];
  }
  const compiler = new SchemaCompiler(importApiDialect, limits);
  beforeAll(() => compiler.loadPatterns());
  const reader = new ExactReader(numberAsWritten);
  const lines = readFileSync(new URL("vectors/schemas.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n");
  const answered = lines
    .map(line => ({ ...(reader.read(line) as Verdict), data: stringify((parse(line) as Verdict).data)! }))
    .filter(each => each.lines !== undefined);
  const foundIn = ({ schema, data }: (typeof answered)[number]) => {
    const node = compiler.compileParsed(schema, () => {});
    return violationsOf(node, new Evaluator(compiler, 1e6), Buffer.from(data));
  };

  it("and never if it conforms", () => {
    const conforming = answered.filter(each => each.lines!.length === 0);
    expect(conforming.length).toBeGreaterThan(200);
    expect(conforming.filter(each => foundIn(each).length > 0)).toEqual([]);
  });

  it("and always otherwise, except by patterns that only Java matches", () => {
    const violating = answered.filter(each => each.lines!.length > 0);
    expect(violating.length).toBeGreaterThan(400);
    const sent = violating.filter(each => foundIn(each).length === 0);
    expect(sent.filter(each => !JSON.stringify(each.schema).includes('"pattern"'))).toEqual([]);
    expect(sent.length).toBeLessThan(5);
  });
});

describe("checking a format in a long text needs no more stack", () => {
  /** The repeated part of a text of two megabytes, after its beginning. */
  const texts = [
    ["", "a"],
    ["", "1"],
    ["", ":"],
    ["", "a."],
    ["a@", "a."],
    ["a@", `${"a".repeat(60)}.`],
    ["a@", "a-"],
    ["", "a-"],
    ["", "@"],
    ["", '"'],
    ["", '\\"'],
    ["", "[::"],
    ["http://[", "a:"],
    ["2026-01-01T12:00:00.", "1"],
    ["+", "0"],
    ["::", "f:"],
    ["::", "0"],
    ["http://a/", "a/"],
    ["a", "+"],
    ["a:", "%20"],
    ["", "/a"],
    ["", "😀"],
  ] as const;
  const chars = 2_000_000;

  it.each(texts)("%s and many of %s", (head, part) => {
    const text = head + part.repeat(chars / part.length);
    for (const format of Object.values(formats)) for (const tail of ["", "a", " "]) format(text + tail);
  });
});
