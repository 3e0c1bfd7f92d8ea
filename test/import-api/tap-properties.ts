import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type Json, wildCases } from "./rules/wild-schemas.ts";

/** A property as a tap declares it, and the texts of values, most of which conform. */
export interface Property {
  readonly schema: Json;
  readonly value: fc.Arbitrary<Json>;
}

/** Vectors of a format, most of them accepted ones. */
function textsOf(format: string): fc.Arbitrary<string> {
  const file = new URL(`rules/vectors/${format}.json`, import.meta.url);
  const vectors = JSON.parse(readFileSync(file, "utf8")) as { text: string; accepted: boolean }[];
  const texts = (isAccepted: boolean) =>
    fc.constantFrom(...vectors.filter(({ accepted }) => accepted === isAccepted).map(({ text }) => text));
  return fc.oneof({ weight: 9, arbitrary: texts(true) }, texts(false));
}

export const quoted = (text: string) => JSON.stringify(text);
const list = (items: readonly Json[]) => `[${items.join(",")}]`;
export const object = (entries: readonly (readonly [string, Json])[]) =>
  `{${entries.map(([name, value]) => `${quoted(name)}:${value}`).join(",")}}`;

const words = fc.constantFrom(
  "",
  "a",
  "abc",
  "open",
  "éé",
  "😀",
  "a\n",
  "\ud83d",
  "2020-01-13",
  "8:30:00",
  "~a",
);
export const integers = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(String),
  fc.constantFrom("9223372036854775807", "2147483648", "-32769", "9007199254740993"),
);
const decimals = fc.oneof(
  fc.tuple(integers, fc.nat(9999)).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.constantFrom(
    "1e-05",
    "1E+2",
    "0E-10",
    "1.100000000000000088817841970012523",
    "123456.789",
    "0.1",
    "4.35",
  ),
);

/** Values that occur in any column now and then, whatever its declaration. */
export const strays = fc.oneof(
  fc.constantFrom("null", "true", "[]", "{}", "5", "1.0", '"a"', '"5"'),
  fc.constantFrom('{"a":1}', '["a",1]', '"2020-01-13T21:25:03Z"', "12345678901234567890", "-0"),
);

const formats = ["date-time", "email", "hostname", "ipv4", "ipv6", "uri"];
const ofFormats: Property[] = formats.flatMap(format => {
  const value = textsOf(format).map(quoted);
  return [
    { schema: `{"type":["null","string"],"format":"${format}"}`, value },
    { schema: `{"anyOf":[{"type":"string","format":"${format}"},{"type":"null"}]}`, value },
  ];
});
const ofOtherFormats: Property[] = ["date", "time", "uuid", "json-pointer", "singer.decimal"].map(format => ({
  schema: `{"format":"${format}","type":["string","null"]}`,
  value: words.map(quoted),
}));

/** PostgreSQL's and MySQL's numbers, as their taps declare them. */
const ofNumbers: Property[] = [
  ...[
    '{"type":["null","integer"]}',
    '{"type":"integer","minimum":-32768,"maximum":32767}',
    '{"type":["integer","null"],"minimum":0,"maximum":18446744073709551615,"inclusion":"available"}',
    '{"type":"integer","minimum":0,"exclusiveMinimum":true}',
    '{"type":"integer","exclusiveMaximum":100}',
    '{"multipleOf":5,"type":["null","integer"]}',
    '{"enum":[1,2,300,null]}',
  ].map(schema => ({ schema, value: integers })),
  ...[
    '{"type":["null","number"]}',
    '{"type":"number","multipleOf":0.01}',
    '{"type":["null","number"],"multipleOf":1e-05,"minimum":-1000.5,"maximum":1e6}',
    '{"type":["null","number"],"exclusiveMaximum":true,"maximum":1E+10,"multipleOf":1E-38,"minimum":-1E+38}',
    '{"type":["null","number"],"multipleOf":1}',
    '{"enum":[0.1,1.0,100]}',
  ].map(schema => ({ schema, value: fc.oneof(decimals, integers) })),
];

const patterns = [
  "^[a-z]*$",
  "^\\d{4}-\\d\\d",
  "a|b",
  "\\s",
  "^\\S+@\\S+$",
  ".",
  "^(?:[A-Z]{2}|a.c)$",
  "\\w\\.?$",
  "{id}",
];
const ofTexts: Property[] = [
  ...[
    '{"type":["null","string"]}',
    '{"type":"string","maxLength":3,"minLength":1}',
    '{"type":["null","string"],"maxLength":4294967295}',
    '{"type":"string","enum":["open","a"]}',
    '{"type":["null","string","string"],"description":"x"}',
    ...patterns.map(pattern => `{"type":["null","string"],"pattern":${quoted(pattern)}}`),
  ].map(schema => ({ schema, value: words.map(quoted) })),
  ...ofOtherFormats,
];

const scalars = fc.constantFrom(...ofFormats, ...ofNumbers, ...ofTexts);

/** Nested properties, lists, choices, references, and undeclared values. */
export const property: fc.Arbitrary<Property> = fc.letrec<{ property: Property }>(tie => ({
  property: fc.oneof(
    { depthSize: "small" },
    { weight: 6, arbitrary: scalars },
    fc.constantFrom<Property>(
      { schema: "{}", value: strays },
      { schema: '{"type":["null","boolean"]}', value: fc.constantFrom("true", "false") },
      { schema: '{"$ref":"#/definitions/amount"}', value: decimals },
      { schema: '{"$ref":"#name"}', value: integers },
      { schema: '{"$ref":"#/definitions/node"}', value: fc.constant('{"id":1,"children":[{"id":2}]}') },
      { schema: '{"type":"object","patternProperties":{".+":{}}}', value: fc.constant('{"a":1}') },
    ),
    tie("property").map(({ schema, value }) => ({
      schema: `{"type":["null","array"],"items":${schema},"maxItems":2}`,
      value: fc.array(value, { maxLength: 3 }).map(list),
    })),
    tie("property").map(({ schema, value }) => ({
      schema: `{"type":"array","items":${schema},"uniqueItems":true}`,
      value: fc.array(value, { maxLength: 3 }).map(list),
    })),
    tie("property").map(({ schema, value }) => ({
      schema: `{"type":["null","object"],"properties":{"a":${schema}},"additionalProperties":false}`,
      value: value.map(each => object([["a", each]])),
    })),
    fc
      .tuple(fc.constantFrom("anyOf", "oneOf", "allOf"), tie("property"), tie("property"))
      .map(([of, one, other]) => ({
        schema: `{"${of}":[${one.schema},${other.schema}]}`,
        value: fc.oneof(one.value, other.value),
      })),
    {
      weight: 1,
      arbitrary: wildCases.map(([schema, value]) => ({ schema, value: fc.constantFrom(value, "null") })),
    },
  ),
})).property;

/** The targets of the `$ref`s in properties. */
export const definitions =
  '{"n":{"$id":"#name","type":["null","integer"]},"amount":{"type":["null","number"],' +
  '"multipleOf":0.01},"node":{"type":"object","properties":{"id":{"type":"integer"},' +
  '"children":{"type":"array","items":{"$ref":"#/definitions/node"}}}},"x":{"type":"string",' +
  '"maxLength":2},"y z":{"type":"object","properties":{"a":{"$ref":"#/definitions/y%20z"},' +
  '"b":{"type":"integer"}}}}';
