import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExactReader } from "../../functions/json-schema/index.ts";
import { faultsOf as faultsOfBody } from "../persister/refusals.ts";
import { numRuns } from "../runs.ts";
import { jsonSchemaRules } from "./json-schema-rules.ts";

/** A stream whose column `v` has this schema, with one record. */
const body = (schema: string, value: string) =>
  [
    `{"type":"SCHEMA","stream":"s","schema":{"properties":{"v":${schema}}}}`,
    `{"type":"RECORD","stream":"s","record":{"v":${value}}}`,
  ].join("\n");

/** The messages of the body's faults; none if it is accepted. */
const faultsOf = (text: string): string[] =>
  faultsOfBody(text, jsonSchemaRules).map(fault => fault.replace(/^\d+: /, ""));

const hint = ": digits alone, of 64 bits; declare `number` for others";
const duplicates = "must NOT have duplicate items (items ## 1 and 2 are identical)";
const nines = "9".repeat(38);
const below1e38 =
  '{"type":["null","number"],"minimum":-1e38,"exclusiveMinimum":true,"maximum":1e38,"exclusiveMaximum":true}';
const money = '{"maximum":1e16,"exclusiveMaximum":true,"multipleOf":0.01}';
const deep = '{"enum":[{"a":[9007199254740993]}]}';
const many = `{"enum":[${Array.from({ length: 60 }, (_, n) => `900719925474099${n + 10}`)}]}`;

describe("numbers are checked with all their digits", () => {
  it.each([
    [below1e38, nines],
    [below1e38, `-${nines}.99`],
    [money, "9999999999999999.99"],
    ['{"type":"integer","multipleOf":3}', "9007199254740993"],
    ['{"type":"integer"}', "9223372036854775807"],
    ['{"type":"integer"}', "-9223372036854775808"],
    ['{"type":["integer","number"]}', "90071992547409930000.00"],
    ['{"enum":[5],"const":5,"minimum":5,"maximum":5,"multipleOf":5}', "5.0"],
    ['{"enum":[5.0],"const":5e0}', "5"],
    ['{"uniqueItems":true}', "[9007199254740992,9007199254740993,9007199254740993.5,[1,2],[2,1],[[1],2]]"],
    ['{"type":["integer","string"]}', '"5.0, 1e3"'],
    [
      '{"type":"object","properties":{"a\\"b":{"type":"string"}}}',
      '{"a\\"b":"\\\\","c":[ 1 , true,\t{ } ,[ ] ]}',
    ],
    ['{"type":["string","number"]}', "1.00000000000000000005"],
    ['{"type":"number","minimum":1e300,"multipleOf":0.01}', "1e999999999"],
    ['{"exclusiveMinimum":0,"maximum":1e-300}', "1e-999999999"],
    [`{"multipleOf":${2n ** 60n}}`, "1e60"],
    [`{"multipleOf":${2n ** 60n}}`, "1e1000000000000000"],
    [`{"multipleOf":${5n ** 20n}}`, "3e20"],
    [`{"multipleOf":0.${"3".repeat(300)}}`, `${"3".repeat(300)}e1000000000000000`],
    ['{"maximum":9007199254740993}', "9007199254740993"],
    ['{"const":9007199254740993}', "9007199254740993.0"],
    ['{"const":9007199254740992}', "9007199254740992.000"],
    ['{"const":0.30000000000000004}', "0.300000000000000040"],
    [deep, '{"a":[9007199254740993]}'],
    [many, "90071992547409910"],
    ['{"not":{"type":"object"}}', "9007199254740993"],
    ['{"properties":{"text":false},"maxProperties":0}', "9007199254740993"],
    ['{"type":"object","required":["__proto__"]}', '{"__proto__":12345678901234567890}'],
  ])("%s accepts %s", (schema, value) => {
    expect(faultsOf(body(schema, value))).toEqual([]);
  });

  it.each([
    [below1e38, `1${"0".repeat(38)}`, "must be < 1e38"],
    [below1e38, `-1${"0".repeat(37)}0.0`, "must be > -1e38"],
    [money, "10000000000000000.00", "must be < 1e16"],
    ['{"multipleOf":0.1}', "0.1000000000000000055511151231257827", "must be multiple of 0.1"],
    ['{"multipleOf":0.01}', "123456789012345678.123", "must be multiple of 0.01"],
    ['{"multipleOf":3}', "1e999999999", "must be multiple of 3"],
    [`{"multipleOf":${2n ** 60n}}`, "1e59", `must be multiple of ${2n ** 60n}`],
    [`{"multipleOf":${3n * 2n ** 60n}}`, "1e1000000000000000", `must be multiple of ${3n * 2n ** 60n}`],
    ...["5.0", "-5.00", "0.0", "1e3", "1E+3", "100e-2", "1.5", "90071992547409930000.01", "1e-999999999"].map(
      (literal): [string, string, string] => ['{"type":"integer"}', literal, `must be integer${hint}`],
    ),
    ...["9223372036854775808", "-9223372036854775809", "10000000000000000000", "-9223372036854776000"].map(
      (literal): [string, string, string] => [
        '{"type":["null","integer"]}',
        literal,
        `must be null,integer${hint}`,
      ],
    ),
    ['{"type":["integer","string"]}', "5.0", `must be integer,string${hint}`],
    ['{"type":"integer"}', '"5"', "must be integer"],
    ['{"uniqueItems":true}', "[0,9007199254740993,9007199254740993.0]", duplicates],
    ['{"uniqueItems":true}', '[0,{"a":5,"b":[1e3]},{"b":[1000],"a":5.0}]', duplicates],
    ['{"not":{"const":5}}', "5.0", "matches what `not` refuses"],
    ['{"type":["null","string"]}', "9007199254740993", "must be null,string"],
    ['{"type":"object"}', "9007199254740993", "must be object"],
    ['{"maximum":9007199254740993}', "9007199254740994", "must be <= 9007199254740993"],
    ['{"minimum":9007199254740993}', "9007199254740992", "must be >= 9007199254740993"],
    ['{"const":9007199254740993}', "9007199254740992", "must be equal to constant"],
    ['{"const":9007199254740993}', '{"text":"9007199254740993"}', "must be equal to constant"],
    [deep, '{"a":[9007199254740992]}', "must be equal to one of the allowed values"],
    [many, "90071992547409970", "must be equal to one of the allowed values"],
  ])("%s refuses %s", (schema, value, message) => {
    expect(faultsOf(body(schema, value))).toEqual([`by the stream's schema, ${message}`]);
  });

  it("a multipleOf with too many digits is refused", () => {
    expect(faultsOf(body(`{"multipleOf":0.${"3".repeat(301)}}`, "1e1000000000000000"))).toEqual([
      "not a valid JSON Schema: a multipleOf has at most 300 digits, not 301",
    ]);
  });

  it("a number with very many digits is checked like a short one", () => {
    const digits = "123456789".repeat(400_001);
    expect(faultsOf(body('{"multipleOf":7,"minimum":0}', digits))).toHaveLength(1);
    expect(faultsOf(body('{"multipleOf":0.5,"minimum":0}', `${digits}.5`))).toEqual([]);
  });
});

/** A decimal with six places, from its millionths. */
const written = (millionths: bigint) => {
  const digits = `${millionths < 0n ? -millionths : millionths}`.padStart(7, "0");
  return `${millionths < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
};

it("decimals of any length compare and divide like the integers of their last place", () => {
  const wide = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
  const near = fc.tuple(wide, fc.bigInt({ min: -3n, max: 3n })).map(([n, by]) => [n, n + by] as const);
  const step = fc.bigInt({ min: 1n, max: 10n ** 9n });
  fc.assert(
    fc.property(near, step, fc.boolean(), ([bound, other], by, isMultiple) => {
      const value = isMultiple ? other * by : other;
      const limit = isMultiple ? bound * by : bound;
      const fits = (schema: string) => faultsOf(body(schema, written(value))).length === 0;
      expect(fits(`{"maximum":${written(limit)}}`)).toBe(value <= limit);
      expect(fits(`{"exclusiveMinimum":${written(limit)}}`)).toBe(value > limit);
      expect(fits(`{"const":${written(limit)}}`)).toBe(value === limit);
      expect(fits(`{"multipleOf":${written(by)}}`)).toBe(value % by === 0n);
    }),
    { numRuns: numRuns(100) },
  );
});

it("a record is read as JSON.parse reads it, except for its numbers", () => {
  const reader = new ExactReader(Number);
  const text = fc.string({
    unit: fc.constantFrom("a", '"', "\\", "\n", "😀", "é", "{", ":", ",", "__proto__"),
  });
  const { value } = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.oneof(fc.constantFrom(null, true, false), fc.double({ noNaN: true, noDefaultInfinity: true }), text),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(text, tie("value")), { maxLength: 4 }).map(each => Object.fromEntries(each)),
    ),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, "\t"), (each, space) => {
      const written = JSON.stringify(each, null, space);
      expect(reader.read(written)).toStrictEqual(JSON.parse(written));
    }),
    { numRuns: numRuns(500) },
  );
});

describe("bounds", () => {
  it.each([
    ['{"maxLength":1}', '"😀"'],
    ['{"minLength":2}', '"😀b"'],
    ['{"maxItems":1,"minItems":1}', "[1]"],
    ['{"maxProperties":1,"minProperties":1}', '{"a":1}'],
  ])("%s accepts %s", (schema, value) => {
    expect(faultsOf(body(schema, value))).toEqual([]);
  });

  it.each([
    ['{"maxLength":1}', '"😀b"', "must NOT have more than 1 characters"],
    ['{"minLength":2}', '"😀"', "must NOT have fewer than 2 characters"],
    ['{"maxItems":0}', "[1]", "must NOT have more than 0 items"],
    ['{"minItems":2}', "[1]", "must NOT have fewer than 2 items"],
    ['{"maxProperties":0}', '{"a":1}', "must NOT have more than 0 properties"],
    ['{"minProperties":2}', '{"a":1}', "must NOT have fewer than 2 properties"],
    ['{"exclusiveMaximum":1}', "1", "must be < 1"],
    ['{"format":"date"}', '"x"', 'must match format "date"'],
  ])("%s refuses %s", (schema, value, message) => {
    expect(faultsOf(body(schema, value))).toEqual([`by the stream's schema, ${message}`]);
  });

  it("a schema with a $ref to something else than a schema is refused", () => {
    const schema = '{"$ref":"#/properties/v/x","x":{"type":5}}';
    expect(faultsOfBody(body(schema, "1"))).toEqual([expect.stringContaining("not a valid JSON Schema")]);
  });
});

it.each([450, 1_000])("%i columns with as many lengths are accepted every time", columns => {
  const numbers = Array.from({ length: columns }, (_, n) => n + 1);
  const properties = numbers.map(n => `"c${n}":{"type":["null","string"],"maxLength":${n}}`);
  const text = [
    `{"type":"SCHEMA","stream":"s","schema":{"properties":{${properties}}}}`,
    `{"type":"RECORD","stream":"s","record":{${numbers.map(n => `"c${n}":"x"`)}}}`,
  ].join("\n");
  expect(faultsOf(text)).toEqual([]);
  expect(faultsOf(text)).toEqual([]);
});
