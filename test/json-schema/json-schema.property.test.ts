import Ajv from "ajv";
import AjvDraft4 from "ajv-draft-04";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draft4Of } from "../../functions/import-api/draft4.ts";
import { Assertions } from "../../functions/json-schema/assertions.ts";
import { SchemaCompiler } from "../../functions/json-schema/compile.ts";
import { Evaluator } from "../../functions/json-schema/evaluator.ts";
import type { StreamSchema } from "../../functions/stitchstream/stream-schema.ts";
import type { JsonObject } from "../../functions/values/json-object.ts";
import { numRuns } from "../runs.ts";
import { wholeJsonSchema as dialect } from "./json-schema-rules.ts";

/** Without `__proto__`, which ajv ignores. */
const names = fc.constantFrom("a", "b", "id", "constructor");
const scalars = fc.oneof(
  fc.constantFrom(null, true, false, "", "a", "abc", "2026-11-23T12:00:00Z", "2026-11-23"),
  fc.integer({ min: -3, max: 5 }),
  fc.constantFrom(0.5, 4.35, 1e15),
);
const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalars,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 3 }),
  ),
}));
/** As JSON.parse returns them. */
const values = value.map(each => JSON.parse(JSON.stringify(each)) as unknown);
const types = fc.constantFrom("null", "boolean", "integer", "number", "string", "array", "object");
const small = fc.nat(3);

const patterns = ["a", "^a", "d$", "^[^b-z]*$", "^(?:a|b|c){1,2}$", "^\\d{4}-\\d\\d", "o.s", "\\S"];

/**
 * Schemas of a draft with `$ref`s to the two definitions at the top, and without `contains`, which ajv
 * ignores next to a list of `items`.
 */
function schemas(draft: 4 | 7): fc.Arbitrary<JsonObject> {
  const { schema } = fc.letrec<{ schema: object | boolean; list: unknown[] }>(tie => {
    const plain = fc.record({ type: types });
    const inner = fc.oneof({ depthSize: "small" }, draft === 4 ? plain : fc.oneof(fc.boolean(), plain), {
      weight: 4,
      arbitrary: tie("schema"),
    });
    const bounds =
      draft === 4
        ? { minimum: small, maximum: small, exclusiveMinimum: fc.boolean(), exclusiveMaximum: fc.boolean() }
        : { minimum: small, maximum: small, exclusiveMinimum: small, exclusiveMaximum: small };
    const latest = {
      const: values,
      propertyNames: inner,
      if: inner,
      // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
      then: inner,
      else: inner,
    };
    const given = {
      type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
      enum: fc.uniqueArray(scalars, { minLength: 1, maxLength: 4 }),
      format: fc.constantFrom("date-time", "date", "whatever"),
      multipleOf: fc.constantFrom(1, 2, 0.5),
      minLength: small,
      maxLength: small,
      pattern: fc.constantFrom(...patterns),
      uniqueItems: fc.boolean(),
      minItems: small,
      maxItems: small,
      minProperties: small,
      maxProperties: small,
      required: fc.uniqueArray(fc.constantFrom("a", "b", "id"), { minLength: 1 }),
      properties: fc.dictionary(names, inner, { maxKeys: 3 }),
      patternProperties: fc.dictionary(fc.constantFrom(...patterns), inner, { maxKeys: 2 }),
      additionalProperties: fc.oneof(fc.boolean(), inner),
      dependencies: fc.dictionary(fc.constantFrom("a", "b"), fc.oneof(inner, fc.constant(["id"])), {
        maxKeys: 2,
      }),
      items: fc.oneof(inner, tie("list")),
      additionalItems: fc.oneof(fc.boolean(), inner),
      allOf: tie("list"),
      anyOf: tie("list"),
      oneOf: tie("list"),
      not: inner,
      $ref: fc.constantFrom("#/definitions/x", "#/definitions/y%20z"),
      title: fc.string(),
      ...bounds,
      ...(draft === 7 ? latest : {}),
    };
    return {
      schema: fc
        .subarray(Object.keys(given) as (keyof typeof given)[], { maxLength: 3 })
        .chain(kept => fc.record(Object.fromEntries(kept.map(name => [name, given[name]])) as object))
        .map(each =>
          "exclusiveMinimum" in each || "exclusiveMaximum" in each
            ? { minimum: 0, maximum: 3, ...each }
            : each,
        ),
      list: fc.array(inner as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 3 }),
    };
  });
  return (schema as fc.Arbitrary<object>).map(root => ({ ...root, definitions }) as JsonObject);
}

/** The second one refers to itself. */
const definitions = {
  x: { type: "string" },
  "y z": { type: "object", properties: { a: { $ref: "#/definitions/y%20z" }, b: { type: "integer" } } },
};

const options = {
  strict: false,
  logger: false,
  ownProperties: true,
  formats: { date: true, whatever: true },
} as const;
const oracles = { 4: new AjvDraft4.default(options), 7: new Ajv.default(options) };
for (const oracle of Object.values(oracles))
  oracle.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/).addFormat("date", /^\d{4}-\d\d-\d\d$/);

const compiler = new SchemaCompiler(dialect);

describe("a record conforms to its schema if ajv says so", () => {
  it.each([4, 7] as const)("draft %i", draft => {
    let fitting = 0;
    let checked = 0;
    fc.assert(
      fc.property(schemas(draft), fc.array(values, { minLength: 1, maxLength: 8 }), (schema, instances) => {
        const node = compiler.compileParsed(schema, () => {});
        const fitsByAjv = oracles[draft].compile(schema);
        for (const instance of instances) {
          const walk = new Evaluator(dialect, 1e6);
          const violations = walk.violations(node, instance);
          expect(walk.matches(node, instance), JSON.stringify({ schema, instance, violations })).toBe(
            violations.length === 0,
          );
          const expected = fitsByAjv(instance) as boolean;
          expect(violations.length === 0, JSON.stringify({ schema, instance, violations })).toBe(expected);
          checked++;
          if (expected) fitting++;
        }
      }),
      { numRuns: numRuns(300) },
    );
    expect(fitting / checked).toBeGreaterThan(0.1);
    expect(fitting / checked).toBeLessThan(0.9);
  });
});

it("a record that does not conform is refused even if no reason can be found", () => {
  const asked = { times: 0 };
  const fickle = new Assertions(1, 0, [{ message: "unsaid", matches: () => asked.times++ > 0 }]);
  const node = {
    ...compiler.compileParsed({}, () => {}),
    rules: fickle,
  };
  const [first, ...more] = new Evaluator(dialect, 1e6).violations(node, {});
  expect([first, more]).toEqual([{ path: [], message: expect.stringContaining("does not conform") }, []]);
});

/** Keywords that draft 4 doesn't have, and that the Import API ignores. */
const newer = /"(const|propertyNames|if|then|else)":/;

it("a schema of draft 7 is sent as a schema of draft 4 for the same records", () => {
  let compared = 0;
  fc.assert(
    fc.property(schemas(7), fc.array(values, { minLength: 1, maxLength: 4 }), (schema, instances) => {
      const text = JSON.stringify(schema);
      fc.pre(!newer.test(text));
      const sent = Buffer.from(
        draft4Of({ text: Buffer.from(text), value: schema } as unknown as StreamSchema),
      ).toString();
      const fitsByDraft4 = oracles[4].compile(JSON.parse(sent) as JsonObject);
      const fitsByDraft7 = oracles[7].compile(schema);
      for (const each of instances) expect(fitsByDraft4(each), sent).toBe(fitsByDraft7(each));
      if (sent !== text) compared++;
    }),
    { numRuns: numRuns(300) },
  );
  expect(compared).toBeGreaterThan(5);
});
