import fc from "fast-check";
import type { JsonObject } from "../../functions/values/json-object.ts";

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
export const values = value.map(each => JSON.parse(JSON.stringify(each)) as unknown);
const types = fc.constantFrom("null", "boolean", "integer", "number", "string", "array", "object");
const small = fc.nat(3);

const patterns = ["a", "^a", "d$", "^[^b-z]*$", "^(?:a|b|c){1,2}$", "^\\d{4}-\\d\\d", "o.s", "\\S"];

/**
 * Schemas of a draft with `$ref`s to the two definitions at the top, and without `contains`, which ajv
 * ignores next to a list of `items`.
 */
export function schemas(draft: 4 | 7): fc.Arbitrary<JsonObject> {
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
export const definitions = {
  x: { type: "string" },
  "y z": { type: "object", properties: { a: { $ref: "#/definitions/y%20z" }, b: { type: "integer" } } },
};
