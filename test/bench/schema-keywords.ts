import { type Body, bodyOf } from "./lines.ts";
import { vary } from "./lines-that-vary.ts";

/** A column: its schema, and its value in a record. */
interface Column {
  readonly schema: object;
  readonly value: (n: number) => unknown;
}

const oneName = (name: string, type: string) => ({
  type: "object",
  properties: { [name]: { type } },
  required: [name],
});
const integers = { type: ["null", "integer"] };
/** Up to six names that hardly ever come again. */
const identifiers = (n: number, use: number) =>
  Object.fromEntries(Array.from({ length: vary(n, use, 7) }, (_, i) => [`k${vary(n, use + i + 1, 1e9)}`, i]));

/** Keywords of JSON Schema that are not about a value's type alone. */
const columns: Readonly<Record<string, Column>> = {
  "format email": {
    schema: { type: ["null", "string"], format: "email" },
    value: n => `person.${n}@example.org`,
  },
  "format uri": {
    schema: { type: ["null", "string"], format: "uri" },
    value: n => `https://example.org/items/${n}?page=${vary(n, 1, 9)}`,
  },
  "format hostname": {
    schema: { type: ["null", "string"], format: "hostname" },
    value: n => `host-${n}.example.org`,
  },
  "format ipv4": {
    schema: { type: ["null", "string"], format: "ipv4" },
    value: n => `10.0.${n % 256}.${vary(n, 1, 256)}`,
  },
  "pattern with alternatives": {
    schema: { type: "string", pattern: "^(open|closed)-[0-9]+$" },
    value: n => `${n % 2 === 0 ? "open" : "closed"}-${n}`,
  },
  "enum of numbers": { schema: { enum: [1, 2, 3, 4] }, value: n => 1 + vary(n, 1, 4) },
  "minItems, maxItems": {
    schema: { type: "array", minItems: 1, maxItems: 20, items: integers },
    value: n => Array.from({ length: 1 + vary(n, 1, 12) }, (_, i) => i),
  },
  uniqueItems: {
    schema: { type: "array", uniqueItems: true, items: integers },
    value: n => Array.from({ length: vary(n, 1, 8) }, (_, i) => n + i),
  },
  "list of items": {
    schema: { type: "array", items: [integers, { type: "string" }] },
    value: n => [n, `v${n}`],
  },
  "minProperties, dependencies": {
    schema: { ...oneName("a", "integer"), minProperties: 1, dependencies: { b: ["a"] } },
    value: n => (vary(n, 1, 2) === 0 ? { a: n } : { a: n, b: "x" }),
  },
  patternProperties: {
    schema: { type: "object", patternProperties: { "^k[0-9]+$": integers } },
    value: n => identifiers(n, 1),
  },
  additionalProperties: {
    schema: { type: "object", additionalProperties: integers },
    value: n => identifiers(n, 1),
  },
  "anyOf of maps": {
    schema: { anyOf: [oneName("a", "integer"), oneName("b", "string"), { type: "null" }] },
    value: n => [{ a: n }, { b: "x" }, null][vary(n, 1, 3)],
  },
  "oneOf of kinds": {
    schema: {
      oneOf: [
        { properties: { kind: { enum: ["a"] }, a: integers }, required: ["kind"] },
        { properties: { kind: { enum: ["b"] }, b: { type: "string" } }, required: ["kind"] },
      ],
    },
    value: n => (vary(n, 1, 2) === 0 ? { kind: "a", a: n } : { kind: "b", b: "x" }),
  },
  "oneOf of maps": {
    schema: { oneOf: [oneName("a", "integer"), oneName("b", "string"), { type: "null" }] },
    value: n => [{ a: n }, { b: "x" }, null][vary(n, 1, 3)],
  },
};
const repeated = 10;

/** Singer streams of records with ten columns of one kind. */
export function keywordBodies(
  bytes: number,
): readonly { readonly name: string; readonly schema: object; readonly body: Body }[] {
  return Object.entries(columns).map(([name, { schema: column, value }]) => {
    const names = Array.from({ length: repeated }, (_, i) => `column_${i}`);
    const properties = Object.fromEntries(names.map(each => [each, column]));
    const schema = { type: "object", properties: { id: { type: "integer" }, ...properties } };
    const declared = { type: "SCHEMA", stream: "s", schema, key_properties: ["id"] };
    const record = (n: number) => ({
      id: n,
      ...Object.fromEntries(names.map((each, i) => [each, value(repeated * n + i)])),
    });
    const body = bodyOf("", bytes, n =>
      JSON.stringify(n === 0 ? declared : { type: "RECORD", stream: "s", record: record(n) }),
    );
    return { name, schema, body };
  });
}
