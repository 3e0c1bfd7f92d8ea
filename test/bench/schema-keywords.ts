import { bodyOf } from "./lines.ts";
import { vary } from "./lines-that-vary.ts";

/** A column: its schema, and its value in a record. */
interface Column {
  readonly schema: object;
  readonly value: (n: number) => unknown;
  /** About as fast as the manual check, or slower: it has no gate. */
  readonly isSlow?: true;
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
  "pattern with any characters": {
    schema: { type: "string", pattern: "^[^@]+@[^@]+[.][a-z]+$" },
    value: n => `person.${n}@example.org`,
  },
  "pattern with a repeated group": {
    schema: { type: "string", pattern: "^([a-z]+-)*[0-9]+$" },
    value: n => `order-line-${n}`,
  },
  "lengths beyond ASCII": {
    schema: { type: ["null", "string"], minLength: 2, maxLength: 20 },
    value: n => `${["Zürich", "São Paulo", "東京"][n % 3]} ${n}`,
  },
  "minimum of fractions": { schema: { type: "number", minimum: 0 }, value: n => n / 7 },
  "multipleOf 0.05": {
    schema: { type: "number", multipleOf: 0.05 },
    value: n => (5 * vary(n, 1, 1e6)) / 100,
  },
  "enum of 60 texts": {
    schema: { enum: Array.from({ length: 60 }, (_, i) => `value_${i}`) },
    value: n => `value_${vary(n, 1, 60)}`,
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
  "uniqueItems, 40 of them": {
    schema: { type: "array", uniqueItems: true, items: integers },
    value: n => Array.from({ length: 40 }, (_, i) => n + i),
  },
  "uniqueItems of maps": {
    schema: { type: "array", uniqueItems: true, items: { type: "object" } },
    value: n => Array.from({ length: vary(n, 1, 4) }, (_, i) => ({ n, i })),
  },
  "uniqueItems of texts with escapes": {
    schema: { type: "array", uniqueItems: true, items: { type: "string" } },
    value: n => Array.from({ length: vary(n, 1, 4) }, (_, i) => `"${n}" ${i}`),
  },
  "list of items": {
    schema: { type: "array", items: [integers, { type: "string" }] },
    value: n => [n, `v${n}`],
  },
  "minProperties, dependencies": {
    schema: { ...oneName("a", "integer"), minProperties: 1, dependencies: { b: ["a"] } },
    value: n => (vary(n, 1, 2) === 0 ? { a: n } : { a: n, b: "x" }),
  },
  "dependencies with a schema": {
    schema: { type: "object", properties: { a: integers }, dependencies: { b: oneName("a", "integer") } },
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
  "oneOf of twelve kinds": {
    schema: {
      oneOf: Array.from({ length: 12 }, (_, kind) => ({
        properties: { kind: { enum: [`kind ${kind}`] }, [`name_${kind}`]: { type: "string" } },
        required: ["kind"],
      })),
    },
    value: n => {
      const kind = vary(n, 1, 12);
      return { kind: `kind ${kind}`, [`name_${kind}`]: "x" };
    },
  },
  "oneOf of ranges": {
    schema: {
      oneOf: [
        { type: "integer", maximum: 9 },
        { type: "integer", minimum: 100 },
      ],
    },
    value: n => (vary(n, 1, 2) === 0 ? n % 10 : 100 + n),
  },
  "anyOf of lists": {
    schema: {
      anyOf: [
        { type: "array", items: { type: "integer" } },
        { type: "array", items: { type: "string" } },
      ],
    },
    value: n => (vary(n, 1, 2) === 0 ? [n, 1] : [`v${n}`]),
    isSlow: true,
  },
  "oneOf of maps that allow other names": {
    schema: {
      oneOf: [
        { type: "object", properties: { a: integers }, additionalProperties: false },
        { type: "object", properties: { b: integers }, additionalProperties: false },
      ],
    },
    value: n => (vary(n, 1, 2) === 0 ? { a: n } : { b: n }),
  },
  "oneOf of maps": {
    schema: { oneOf: [oneName("a", "integer"), oneName("b", "string"), { type: "null" }] },
    value: n => [{ a: n }, { b: "x" }, null][vary(n, 1, 3)],
  },
};
const repeated = 10;

/** Singer streams of records with ten columns of one kind. */
export function keywordBodies(bytes: number) {
  return Object.entries(columns).map(([name, { schema: column, value, isSlow = false }]) => {
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
    return { name, schema, body, isSlow };
  });
}
