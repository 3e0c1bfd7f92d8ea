import fc from "fast-check";
import { expect, it } from "vitest";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { asPythonPrints } from "../../functions/values/python-text.ts";
import { numRuns } from "../runs.ts";
import { definitions, schemas, values } from "./arbitraries.ts";

const encoder = batchEncoder(4242);
const rules = importApiRules();
await rules.schemas.loadPatterns();
const long = fc.constantFrom(
  "12345678901234567890",
  "-9223372036854775808",
  "1.0",
  "0.10",
  "1e2",
  "-0",
  "1E-7",
  "4.350",
  ...["1e-400", "-1e-400", "4e-324", "0.05", "0.15000", "7.35", "1e400", "-1e400"],
  ...["99999.9999999999999", "100000.00000000001", "0.299999999999999999", "12345678901234.56789"],
  // About the bounds below.
  ...["0", "1", "100000", "100000.0", "1e5", "99999.99999999999999", "0.30000000000000004", "4294967295"],
  ...[
    "4294967296",
    "999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "1234567890123456789",
  ],
);
/** Eight characters, of which each pair has the same part of a hash. */
const colliding = Array.from({ length: 16 }, (_, n) =>
  Array.from({ length: 4 }, (_, bit) => ((n >> bit) & 1 ? "Aa" : "BB")).join(""),
);
const characters = fc
  .array(
    fc.oneof(
      fc.constantFrom("a", "-", ".", "@", "é", "日", "😀", " "),
      fc.constantFrom("\\n", '\\"', "\\\\", "\\u00e9", "\\u0061", "\\ud83d\\ude00", "\\ud83d", "\\ude00"),
    ),
    { maxLength: 8 },
  )
  .map(each => `"${each.join("")}"`);
const texts = fc.oneof(
  { weight: 6, arbitrary: values.map(value => JSON.stringify(value)) },
  long,
  characters,
  fc.constantFrom(...colliding, "é", "😀", 'q"', "t3").map(each => asPythonPrints(JSON.stringify(each))),
  fc.constantFrom('"t3"', '"é"', '"😀"', '"q\\""', '"\\u00743"', '"BBBBBBBB"', '"AaAaAaAa"', '"AaAaAaBB"'),
  fc.constantFrom(
    '"2026-11-23T12:00:00Z"',
    '"2026-02-30T23:59:59.123+05:30"',
    '"2026-1-1T12:00:00Z"',
    ...['"~:null"', '"~$5"', '"~ca"', '"~f12"', '"~n5"', '"~:a"', '"-"'],
    '"\\u00e9"',
    ...['"~?t"', '"~?f"', '"~_"'],
    ...[
      '"a.b@example.org"',
      '"a..b@example.org"',
      '"https://example.org/a?b#c"',
      '"10.0.0.1"',
      '"10.0.0.256"',
      '"::1"',
    ],
    ...[
      '{"a":1}',
      '{"b":"x"}',
      '{"a":"x","b":1}',
      '{"kind":"a","a":1}',
      '{"kind":"b","b":"x"}',
      '{"kind":"b","a":1}',
      '{"k1":1,"k2":"x"}',
      '{"x-a":"y","k1":2}',
    ],
    ...[
      "[]",
      "[1,2]",
      "[1,2,3,4]",
      '["a",{"a":1},{"b":"x"}]',
      ...['["x",1]', '[1,"1",1]', "[1,1.0]", '["a","\\u0061"]', "[-0,0]", "[true,null,[],[]]"],
      ...['{"a":1,"b":"x","k1":2}', '{"k3":1,"k4":2,"k5":3,"k6":4}'],
      '{"deep":{"deep":{"a":1}}}',
      '{"deep":{"b":"x"}}',
    ],
  ),
);
/** The schema of a map that must have one name. */
function oneName(name: string, type: string) {
  return { type: "object", properties: { [name]: { type } }, required: [name] };
}

/** The schema of a map that may have these names alone. */
const closed = (properties: object) => ({ type: "object", properties, additionalProperties: false });

/** Schemas of databases' columns and of taps, besides all that a schema can say. */
const columns = fc.constantFrom<object>(
  { type: ["null", "string"], format: "date-time" },
  { anyOf: [{ type: "string", format: "date-time" }, { type: ["null", "string"] }] },
  { anyOf: [{ type: "array", items: { type: "integer" } }, { type: "null" }] },
  { oneOf: [{ type: "object", required: ["a"] }, { type: "null" }] },
  { type: ["null", "number"], multipleOf: 0.01 },
  { type: "number", multipleOf: 100, maximum: 1e3 },
  { type: ["null", "integer"] },
  { type: "integer", minimum: -3 },
  { type: ["null", "integer"], minimum: -(2 ** 63), maximum: 2 ** 63 },
  { type: ["null", "integer"], minimum: 0, maximum: 4294967295 },
  { type: "number", minimum: 0, maximum: 100_000 },
  { type: "number", minimum: 0.3, exclusiveMinimum: true, exclusiveMaximum: true, maximum: 100_000 },
  { type: "string", maxLength: 3, minLength: 1 },
  { enum: ["a", 1, null] },
  { enum: ["null", "1", "é", "true"] },
  { type: ["null", "string"], pattern: "^[a-zA-Z -]{0,3}$" },
  { type: "string", pattern: "^\\d{4}-" },
  { additionalProperties: { type: ["integer", "null"] } },
  { type: "object", properties: { a: { type: "integer" } }, additionalProperties: false },
  { $ref: "#/definitions/y%20z" },
  ...["email", "uri", "ipv4", "ipv6", "hostname"].map(format => ({ type: ["null", "string"], format })),
  {
    patternProperties: { "^k\\d+$": { type: "integer" }, "-": { type: "string" } },
    additionalProperties: false,
  },
  {
    patternProperties: { "^[ak]": { type: ["integer", "string"] }, "1$": { type: "integer" } },
    properties: { a: {} },
  },
  { anyOf: [oneName("a", "integer"), oneName("b", "string"), { type: "null" }] },
  {
    anyOf: [
      oneName("a", "integer"),
      {
        properties: { deep: { anyOf: [oneName("deep", "object"), oneName("b", "string")] } },
        required: ["deep"],
      },
    ],
  },
  { items: { anyOf: [oneName("a", "integer"), oneName("b", "string"), { type: ["string", "integer"] }] } },
  { oneOf: [oneName("a", "integer"), oneName("b", "string")] },
  { oneOf: [oneName("a", "integer"), { type: "object", maxProperties: 1 }, { type: "array" }] },
  { oneOf: [oneName("a", "integer"), oneName("a", "integer"), oneName("b", "integer")] },
  {
    oneOf: [
      { ...oneName("a", "integer"), additionalProperties: false },
      { properties: { b: { type: "string" } }, additionalProperties: false },
    ],
  },
  { oneOf: [oneName("a", "integer"), { properties: { a: { type: ["string", "null"] } } }] },
  { oneOf: [oneName("k1", "integer"), { patternProperties: { "^k": { type: "string" } } }] },
  { not: { required: ["a", "b"] } },
  { type: "object", not: { ...oneName("a", "integer"), minProperties: 2 } },
  {
    oneOf: [
      { properties: { kind: { enum: ["a", "c"] }, a: { type: "integer" } }, required: ["kind"] },
      { properties: { kind: { enum: ["b"] }, b: { type: "string" } }, required: ["b", "kind"] },
      { type: ["null", "string"] },
    ],
  },
  { type: "array", minItems: 1, maxItems: 3, items: { type: "integer" } },
  { type: "object", minProperties: 2, properties: { a: { type: "integer" } } },
  { type: "object", maxProperties: 2, additionalProperties: { type: ["integer", "string"] } },
  { minProperties: 1, minItems: 2, dependencies: { a: ["b"], k1: ["k2", "a"] } },
  {
    anyOf: [
      { type: "object", maxProperties: 1 },
      { ...oneName("b", "string"), minProperties: 3 },
    ],
  },
  { type: "array", uniqueItems: true, items: { type: ["integer", "string"] }, minItems: 2 },
  { uniqueItems: true },
  { items: [{ type: "integer" }, { type: "string" }], additionalItems: { type: "integer" } },
  { items: [{}, { type: "integer" }], additionalItems: false, uniqueItems: true },
  { oneOf: [{ type: "string", maxLength: 1 }, { pattern: "^2" }, { minimum: 5 }] },
  { items: [{ items: [{ type: "integer" }, {}] }, { type: ["array", "string"] }] },
  { allOf: [{ items: [{}, { type: "integer" }] }, { items: [{ type: ["string", "integer"] }] }] },
  { enum: [false] },
  { not: { enum: [true] } },
  { enum: [1, 2.5, true, null, "a"] },
  { enum: [null, true, 5, "a"] },
  { type: ["string", "integer"], pattern: "[\\.-9]" },
  { type: "string", pattern: "^(a|20)|x" },
  { type: "string", pattern: "^[^@]+@[^@]+$" },
  { type: "string", pattern: "^(\\S|é )*$" },
  { type: "string", minLength: 2, maxLength: 5 },
  { enum: ["é", "😀", 'q"', ...Array.from({ length: 12 }, (_, n) => `t${n}`)] },
  { not: { enum: ["é", ...colliding] } },
  { type: "number", multipleOf: 0.05 },
  { type: "number", multipleOf: 7 },
  { oneOf: [{ type: "number", exclusiveMinimum: true, minimum: 0 }, { maximum: 0 }] },
  { oneOf: [{ type: "string", maxLength: 2 }, { pattern: "^[a-é]" }, { enum: ["t3", "é"] }] },
  {
    oneOf: [
      { type: "integer", maximum: 1 },
      { type: "number", minimum: 5 },
    ],
  },
  { oneOf: [{ maximum: 99999.99999999999 }, { minimum: 100_000, exclusiveMinimum: true }, { enum: [1] }] },
  { oneOf: [{ maximum: 1e300 }, { type: "number", minimum: 1e301 }] },
  { oneOf: ["a", "b"].map(each => closed({ [each]: {} })) },
  { oneOf: [closed({ a: { type: "integer" }, b: {} }), { ...closed({ b: {}, k1: {} }), required: ["b"] }] },
  { oneOf: [{ type: "object", minProperties: 2 }, closed({ a: {}, b: { type: "string" } })] },
  { not: closed({ a: {}, k1: {}, kind: {} }) },
  { not: { anyOf: [{ multipleOf: 0.05 }, { minLength: 3 }] } },
  { allOf: [{ not: { pattern: "a$" } }, { anyOf: [{ format: "date-time" }, { maxLength: 4 }] }] },
);

/** Their messages in JSON are transit as well, in its verbose form. */
const heads = { json: [], transit: ["stitchstream/0.1", "Content-Type: transit", "--"] } as const;

/** Returns the faults of each record of one stream, `undefined` where there are none. */
function faultsOf(schema: object, records: readonly string[], head: readonly string[] = heads.json) {
  const line = JSON.stringify({ type: "SCHEMA", stream: "s", schema, key_properties: [] });
  return faultsIn(
    [...head, line],
    records.map(record => `{"type":"RECORD","stream":"s","record":${record}}`),
  );
}

/** Returns the evaluator's faults: it checks the first record in transit, and one with its own schema. */
const evaluatedFaults = (schema: object, record: string, head: readonly string[]) =>
  head === heads.transit
    ? faultsOf(schema, [record], head)[0]
    : faultsIn(head, [
        `{"type":"RECORD","stream":"s","schema":${JSON.stringify(schema)},"record":${record}}`,
      ])[0];

function faultsIn(before: readonly string[], lines: readonly string[]): unknown[] {
  try {
    validate(Buffer.from(`${[...before, ...lines].join("\n")}\n`), { sizes: encoder, rules });
    return lines.map(() => undefined);
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    // Those of an invalid schema are the line's that has it.
    const faults = (error.details.faults ?? []).filter(each => !each.message.startsWith("not a valid JSON"));
    return lines.map((_, n) => {
      const own = faults.filter(each => each.line === before.length + n + 1);
      return own.length === 0 ? undefined : own.map(({ field, message }) => ({ field, message }));
    });
  }
}

it("a record that is checked while it is read is refused as by the evaluator", () => {
  let [refused, accepted] = [0, 0];
  fc.assert(
    fc.property(
      fc.oneof(schemas(4), columns),
      fc.array(texts, { minLength: 2, maxLength: 8 }),
      fc.boolean(),
      fc.constantFrom("json", "transit"),
      (column, each, isRequired, encoding) => {
        const head = heads[encoding];
        const required = isRequired ? { required: ["v"] } : {};
        const schema = { type: "object", properties: { v: column }, definitions, ...required };
        const records = each.map((text, n) => (n % 4 === 3 ? "{}" : `{"v":${text}}`));
        const evaluated = records.map(record => evaluatedFaults(schema, record, head));
        expect(faultsOf(schema, records, head)).toEqual(evaluated);
        for (const faults of evaluated) faults === undefined ? accepted++ : refused++;
      },
    ),
    {
      numRuns: numRuns(500),
      examples: [[{ type: ["null", "integer"] }, ["1", "12345678901234567890"], false, "transit"]],
    },
  );
  expect(Math.min(refused, accepted)).toBeGreaterThan(100);
});

it("checks in passing leave the evaluator its whole budget", () => {
  // Which of these it is can't be checked in passing, so each record is evaluated as well.
  const choices = { anyOf: [{ pattern: "^b" }, { oneOf: [{ minLength: 1 }, { pattern: "^c" }] }] };
  const schema = { properties: { v: { pattern: "^[a-h]{12}[a-z]*$" }, w: choices } };
  const record = JSON.stringify({ v: "a".repeat(1_000), w: "a" });
  const records = Array.from({ length: 1_000 }, () => record);
  expect(faultsOf(schema, records).filter(faults => faults !== undefined)).toEqual([]);
});

/** Elements that are free in passing, and cost the evaluator more steps than bytes of this size allow. */
const costly = { items: { allOf: Array.from({ length: 40 }, () => ({ type: "integer" })) } };
const choice = (properties: object, ...required: string[]) => ({
  type: "object",
  properties: { ...properties, w: costly },
  required,
});

it.each<[name: string, schema: object, isChecked: boolean]>([
  [
    "oneOf with a text of an enum",
    {
      oneOf: [
        choice({ kind: { enum: ["a"] } }, "kind"),
        choice({ kind: { enum: ["b", "c"] }, b: { type: "integer" } }, "b", "kind"),
      ],
    },
    true,
  ],
  [
    "oneOf with a constant number",
    { oneOf: [choice({ a: { enum: [1] } }, "a"), choice({ a: { enum: ["b"] } })] },
    true,
  ],
  [
    "oneOf with a required name of another type",
    { oneOf: [choice({ a: { type: "integer" } }, "a"), choice({ a: { type: ["null", "string"] } })] },
    true,
  ],
  [
    "oneOf with a required name that the other choice refuses",
    { oneOf: [choice({ a: { type: "integer" } }, "a"), { ...choice({}), additionalProperties: false }] },
    true,
  ],
  ["oneOf with a required name that a map lacks", { oneOf: [choice({}, "a"), choice({}, "b", "c")] }, true],
  ["not of required names", { ...choice({}), not: { required: ["b", "c"] } }, true],
  ["oneOf with a choice that requires nothing", { oneOf: [choice({}, "b"), choice({})] }, true],
  [
    "not oneOf with bounds",
    { oneOf: [choice({ a: { minimum: 1 } }, "a"), choice({ a: { maximum: 0 } }, "a")] },
    false,
  ],
])("in passing, %s", (_name, of, isChecked) => {
  const record = JSON.stringify({ of: { kind: "a", a: 1, w: Array(500).fill(1) } });
  const records = Array.from({ length: 500 }, () => record);
  const faults = faultsOf({ properties: { of } }, records).filter(each => each !== undefined);
  expect(faults.length === 0).toBe(isChecked);
});

it("names beyond those that a map remembers are checked", () => {
  const of = { additionalProperties: { type: "integer" }, properties: { late: { type: "string" } } };
  const records = Array.from({ length: 700 }, (_, n) => `{"of":{"n${n}":${n}}}`);
  const wrong = ['{"of":{"late":1}}', '{"of":{"other":"x"}}', '{"of":{"other":{}}}', '{"of":{"late":null}}'];
  const right = ['{"of":{"late":"x"}}', '{"of":{"other":1}}'];
  const faults = faultsOf({ properties: { of } }, [...records, ...right, ...wrong]);
  expect(faults.map(each => each !== undefined)).toEqual([
    ...records.map(() => false),
    ...right.map(() => false),
    ...wrong.map(() => true),
  ]);
});

it("maps conform to one schema of oneOf, however many names a map remembers", () => {
  const of = { oneOf: [oneName("a", "integer"), oneName("b", "string")] };
  const records = Array.from({ length: 600 }, (_, n) => `{"of":{"n${n}":1,"a":3}}`);
  const right = ['{"of":{"a":1}}', '{"of":{"b":"x"}}', '{"of":{"x":"y","b":"x"}}', '{"of":{"a":1,"b":2}}'];
  const wrong = ['{"of":{"a":1,"b":"x"}}', '{"of":{"b":"x","z":1,"a":1}}', '{"of":{}}', '{"of":{"a":"x"}}'];
  const faults = faultsOf({ properties: { of } }, [...right, ...wrong, ...records, ...right, ...wrong]);
  const pattern = [...right.map(() => false), ...wrong.map(() => true)];
  expect(faults.map(each => each !== undefined)).toEqual([
    ...pattern,
    ...records.map(() => false),
    ...pattern,
  ]);
});

/** Expects the faults that the evaluator finds in each record alone. Returns whether each has one. */
function expectAsEvaluated(schema: object, records: readonly string[], head: readonly string[]): boolean[] {
  const faults = faultsOf(schema, records, head);
  expect(faults).toEqual(records.map(each => evaluatedFaults(schema, each, head)));
  return faults.map(each => each !== undefined);
}

it.each(["json", "transit"] as const)(
  "elements are compared by value, however they are spelled, in %s",
  head => {
    const lists = [
      ...["[-0,0]", "[0,0.0]", "[1,1e0]", '["a","\\u0061"]', '["1",1]', "[[],[]]", "[{},{ }]", "[1, 1]"],
      ...['["abc" ,"abd"]', '["abd","abc","abd"]', "[100000000000000000000,100000000000000000000]"],
      ...[31, 32, 33].map(length => `[${Array.from({ length }, (_, n) => n + 10)}]`),
      ...[31, 32, 33].map(length => `[${Array.from({ length }, (_, n) => n + 10)},10]`),
    ];
    const schema = { properties: { v: { uniqueItems: true } } };
    const records = lists.map(each => `{"v":${each}}`);
    expect(new Set(expectAsEvaluated(schema, records, heads[head])).size).toBe(2);
  },
);

it.each(["json", "transit"] as const)("first elements have their own schemas, in %s", head => {
  for (const length of [1, 31, 32, 33]) {
    const items = Array.from({ length }, (_, n) => ({ type: n % 2 === 0 ? "integer" : "string" }));
    const of = (count: number) => Array.from({ length: count }, (_, n) => (n % 2 === 0 ? n : `${n}`));
    const lists = [of(length), of(length - 1), [], [...of(length), true], [...of(length - 1), null]];
    for (const additionalItems of [{}, { type: "boolean" }, false]) {
      const schema = { properties: { v: { items, additionalItems } } };
      const records = [{ v: 1 }, ...lists.map(v => ({ v }))].map(each => JSON.stringify(each));
      expect(new Set(expectAsEvaluated(schema, records, heads[head])).size).toBe(2);
    }
  }
});

it("maps conform to one of two closed schemas, however many names a map remembers", () => {
  const numbered = Array.from({ length: 600 }, (_, n) => [`n${n}`, { type: "integer" }]);
  const one = closed({ a: {}, ...Object.fromEntries(numbered) });
  const schema = { properties: { v: { oneOf: [one, closed({ a: {}, b: {}, n599: {} })] } } };
  const maps = Array.from({ length: 600 }, (_, n) => ({ [`n${n}`]: n, a: 1 }));
  const others = [{ a: 1 }, { b: 1 }, { a: 1, b: 1 }, { n599: 1 }, { n598: 1, b: 1 }, {}, { n1: 1 }];
  const records = [...others, ...maps, ...others].map(v => JSON.stringify({ v }));
  const wrong = [true, false, false, true, true, true, false];
  const last = maps.map((_, n) => n === 599);
  expect(expectAsEvaluated(schema, records, heads.json)).toEqual([...wrong, ...last, ...wrong]);
});

it("the number of names and those that others require are checked beyond those that a map remembers", () => {
  const of = { maxProperties: 3, dependencies: { a: ["b"] } };
  // A map remembers at most 500 names.
  const records = Array.from({ length: 600 }, (_, n) => `{"of":{"n${n}":1,"a":3,"b":4}}`);
  const right = ['{"of":{"x":1,"y":2,"z":3}}', '{"of":{"a":1,"b":2,"y":3}}', '{"of":{"b":1}}'];
  const wrong = ['{"of":{"x":1,"y":2,"z":3,"w":4}}', '{"of":{"a":1,"y":2}}'];
  const schema = { properties: { of } };
  const faults = faultsOf(schema, [...right, ...wrong, ...records, ...right, ...wrong]);
  const pattern = [...right.map(() => false), ...wrong.map(() => true)];
  const accepted = records.map(() => false);
  expect(faults.map(each => each !== undefined)).toEqual([...pattern, ...accepted, ...pattern]);
});

it("a table's first record may have two maps of more names than are remembered", () => {
  const names = JSON.stringify(Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`n${n}`, n])));
  const schema = { properties: { of: { type: "object" }, in: { type: "object" } } };
  const records = [`{"of":${names},"in":${names}}`, `{"in":${names},"of":[${names}]}`];
  const faults = faultsOf(schema, [records[0]!, ...records]);
  expect(faults.map(each => each !== undefined)).toEqual([false, false, true]);
});

it("a version's first record may have other spaces than the records before it", () => {
  const schema = { properties: { v: { type: "integer" } } };
  const line = (version: number, record: string) =>
    `{"type":"RECORD","stream":"s","version":${version},"record":${record}}`;
  const before = [JSON.stringify({ type: "SCHEMA", stream: "s", schema, key_properties: [] })];
  const lines = [line(1, '{"v":1}'), line(1, '{"v":2}'), line(2, '{"v": 3}'), line(3, '{"v":\t-4}')];
  expect(faultsIn(before, lines)).toEqual(lines.map(() => undefined));
});
