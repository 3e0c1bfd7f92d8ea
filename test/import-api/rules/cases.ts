import fc from "fast-check";
import { type Json, wildCases } from "./wild-schemas.ts";

/** Cases that random schemas seldom hit. */
const picked: readonly (readonly [schema: Json, data: Json])[] = [
  // Nothing else counts next to an enum, but a number's class does.
  ['{"type":"string","enum":[1,"b"],"maxLength":0}', "1"],
  ['{"enum":[1]}', "1.0"],
  ['{"enum":[1.0]}', "1.00"],
  ['{"enum":[{"a":1,"b":[2]}]}', '{"b":[2],"a":1}'],
  // Without a type, the first kind of value that has a keyword.
  ['{"properties":{"a":{"type":"string"}},"maxLength":1}', '"abc"'],
  ['{"items":{"type":"string"},"properties":{"a":{"type":"string"}}}', '{"a":1}'],
  ['{"type":"string","not":{"type":"string"}}', '"a"'],
  ['{"not":{"type":"string"},"minimum":5}', '"a"'],
  ['{"anyOf":[{"type":"string"}],"not":{"type":"string"}}', '"a"'],
  ['{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}', '{"c":1}'],
  ['{"anyOf":[{"type":"string"}],"oneOf":[{"type":"string"}]}', '"a"'],
  // Keywords newer than draft 4.
  ['{"const":1,"if":{"type":"string"},"then":{"maxLength":0},"contains":{"type":"string"}}', '"a"'],
  ['{"propertyNames":{"maxLength":0}}', '{"a":1}'],
  ['{"type":"number","exclusiveMinimum":1}', "0"],
  ['{"properties":{"a":true}}', '{"a":1}'],
  // Empty lists.
  ['{"type":[]}', "null"],
  ['{"anyOf":[]}', "null"],
  ['{"allOf":[]}', "null"],
  ['{"oneOf":[]}', "null"],
  ['{"enum":[]}', "null"],
  ['{"items":[]}', "[1]"],
  ['{"items":[],"additionalItems":false}', "[1]"],
  ['{"required":[],"type":"object"}', "{}"],
  ['{"dependencies":{}}', "{}"],
  // Bounds.
  ['{"type":"integer","exclusiveMinimum":true}', "-5"],
  ['{"type":"integer","minimum":1,"exclusiveMinimum":true}', "1"],
  ['{"type":"string","maxLength":-1}', '""'],
  ['{"type":"string","maxLength":2147483648}', '""'],
  ['{"type":"number","minimum":1e-05,"maximum":123456789.5}', "1234567890"],
  ['{"type":"number","multipleOf":0.01}', "1.100000000000000088817841970012523"],
  ['{"type":"number","multipleOf":1e-05}', "1.275888"],
  ['{"type":"number","multipleOf":0}', "1"],
  // References.
  ['{"properties":{"a":{"$ref":"#/properties/b"},"b":{"type":"string"}}}', '{"a":1}'],
  ['{"properties":{"a":{"$ref":"#/x/0"}},"x":[{"type":"string"}]}', '{"a":1}'],
  ['{"properties":{"a":{"$ref":"#/x/a~1b%25"}},"x":{"a/b%":{"type":"string"}}}', '{"a":1}'],
  ['{"properties":{"a":{"$ref":"#/x y"}},"x y":{}}', "{}"],
  ['{"properties":{"a":{"$ref":"#/x+y"}},"x+y":{}}', "{}"],
  ['{"properties":{"a":{"$ref":"#/x"}},"x":true}', "{}"],
  ['{"properties":{"a":{"$ref":"#x"}},"definitions":{"x":{"id":"#x","type":"string"}}}', '{"a":1}'],
  ['{"properties":{"a":{"$ref":"http://example.org/a.json"}}}', "{}"],
  ['{"id":"http://example.org/a","properties":{"a":{"$ref":"#/x"}},"x":{}}', "{}"],
  ['{"id":"http://example.org/a","$schema":"http://json-schema.org/draft-04/schema#"}', "{}"],
  ['{"$id":"http://example.org/a","properties":{"a":{"$ref":"#/x"}},"x":{"type":"string"}}', '{"a":1}'],
  ['{"id":"a b"}', "{}"],
  ['{"id":5}', "{}"],
  ['{"properties":{"id":{"type":"string"}}}', '{"id":1}'],
  ['{"$ref":"#/x","x":{"$ref":"#/x"}}', "1"],
  ['{"$ref":"#/x","maxLength":1,"x":{"type":"string","maxLength":5}}', '"abc"'],
  // Names in JSON pointers.
  ['{"properties":{"a/b":{"type":["null","integer"]}}}', '{"a/b":"~"}'],
  [
    '{"properties":{"a":{"properties":{"b~":{"anyOf":[{"type":"null"},{"items":{"type":"null"}}]}}}}}',
    '{"a":{"b~":[1]}}',
  ],
];

const random = fc.sample(wildCases, { numRuns: 12_000, seed: 1 });
for (const [ofSchema, data] of new Map([...picked, ...random].map(each => [each.join(" "), each])).values())
  console.log(`{"schema":${ofSchema},"data":${data}}`);
