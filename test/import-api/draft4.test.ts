import { describe, expect, it } from "vitest";
import { loadSchema } from "../../infra/local/import-api/everit/loader.ts";
import { fromJson } from "../../infra/local/import-api/json.ts";
import type { Value } from "../../infra/local/import-api/values.ts";
import { requestsOf } from "../persister/delivery.ts";

/** A stream's schema as it is sent. */
function sentOf(schema: string, record = "{}"): string {
  const declared = `{"type":"SCHEMA","stream":"s","schema":${schema}}`;
  const body = `${declared}\n{"type":"RECORD","stream":"s","record":${record}}`;
  const text = Buffer.from(requestsOf(body).requests[0]!.body).toString();
  return /^{"table_name":"s","schema":(.*),"messages":/.exec(text)![1]!;
}

describe("a schema of draft 4 is sent unchanged", () => {
  it.each([
    '{ "properties" : {"v":{"type" : "number", "minimum":1.50e1,"exclusiveMinimum":false}} }',
    '{"properties":{"exclusiveMinimum":{"type":"boolean"},"not":{"type":"string"}},' +
      '"additionalProperties":false}',
    '{"items":[{}],"additionalItems":true,"uniqueItems":true,"dependencies":{"a":["b"]}}',
    '{"enum":[true,{"not":true,"exclusiveMinimum":1},[false],{}],"default":{"items":true},' +
      '"x":{"properties":{"v":true}}}',
    '{"properties":{"caf\\u00e9":{"const":1.0,"examples":[true,{"exclusiveMaximum":5}]}}}',
    '{"$id":"http://example.com/a.json","properties":{"v":{"id":"#a"},"$id":{"$ref":"#/properties/v"}}}',
    '{"contains":true,"propertyNames":true,"if":true,"then":{"exclusiveMinimum":1}}',
    String.raw`{"properties":{"\ud83d":{"properties":{}}}}`,
  ])("%s", schema => {
    expect(sentOf(schema)).toBe(schema);
  });
});

/** A title may not contain a percent sign. */
const titleOf = (schema: string) => decodeURIComponent(schema);

describe("forms of drafts 6 and 7 are translated to draft 4", () => {
  const pairs = [
    ['{"properties":{"v":true,"w":false}}', '{"properties":{"v":{},"w":{"not":{}}}}'],
    ['{"items":true,"additionalItems":false}', '{"items":{},"additionalItems":false}'],
    ['{"items":[true,{"items":false}]}', '{"items":[{},{"items":{"not":{}}}]}'],
    [
      '{"allOf":[true],"dependencies":{"a":{"anyOf":[{},false]}},"not":false}',
      '{"allOf":[{}],"dependencies":{"a":{"anyOf":[{},{"not":{}}]}},"not":{"not":{}}}',
    ],
    [
      '{"patternProperties":{"a":true},"dependencies":{"a":["b"],"c":true},"definitions":{"d":true},' +
        '"$defs":{"e":true}}',
      '{"patternProperties":{"a":{}},"dependencies":{"a":["b"],"c":{}},"definitions":{"d":{}},' +
        '"$defs":{"e":{}}}',
    ],
    [
      '{"additionalProperties":{"properties":{"v":true}},"additionalItems":{"not":false}}',
      '{"additionalProperties":{"properties":{"v":{}}},"additionalItems":{"not":{"not":{}}}}',
    ],
    [
      '{"exclusiveMinimum":0.10,"title":"\\u00e9"}',
      '{"title":"\\u00e9","minimum":0.10,"exclusiveMinimum":true}',
    ],
    ['{"exclusiveMaximum":12345678901234567890}', '{"maximum":12345678901234567890,"exclusiveMaximum":true}'],
    ['{"minimum":1,"exclusiveMinimum":2.0}', '{"minimum":2.0,"exclusiveMinimum":true}'],
    ['{"minimum":2,"exclusiveMinimum":2.0}', '{"minimum":2.0,"exclusiveMinimum":true}'],
    ['{"exclusiveMinimum":1,"minimum":2}', '{"minimum":2}'],
    ['{"maximum":1,"exclusiveMaximum":2}', '{"maximum":1}'],
    ['{"maximum":3,"exclusiveMaximum":2e0}', '{"maximum":2e0,"exclusiveMaximum":true}'],
    [
      '{"enum":[{"properties":{"v":true}},{}],"properties":{"enum":true,"v":{"enum":[true]}}}',
      '{"enum":[{"properties":{"v":true}},{}],"properties":{"enum":{},"v":{"enum":[true]}}}',
    ],
    [
      '{"properties":{"v":{"$ref":"#/x"},"w":{"$ref":"#/y/1/~1%201"}},"x":{"exclusiveMinimum":1},' +
        '"y":[{"/ 1":true},{"/ 1":{"not":{"$ref":"#/z"}}}],"z":true}',
      '{"properties":{"v":{"$ref":"#/x"},"w":{"$ref":"#/y/1/~1%201"}},"x":{"minimum":1,' +
        '"exclusiveMinimum":true},"y":[{"/ 1":true},{"/ 1":{"not":{"$ref":"#/z"}}}],"z":{}}',
    ],
    [
      '{"additionalProperties":false,"properties":{"v":{"$ref":"#/additionalProperties"}}}',
      '{"additionalProperties":{"not":{}},"properties":{"v":{"$ref":"#/additionalProperties"}}}',
    ],
    [
      '{"properties":{"v":{"$ref":"#a"},"w":{"$ref":"#b"}},"definitions":{"x+y z/~é":{"$id":"#a",' +
        '"type":"null"},"y":{"items":[{},{"id":"#b"}]}}}',
      '{"properties":{"v":{"$ref":"#/definitions/x%2By%20z~1~0%C3%A9"},' +
        '"w":{"$ref":"#/definitions/y/items/1"}},"definitions":{"x+y z/~é":{"$id":"#a","type":"null"},' +
        '"y":{"items":[{},{"id":"#b"}]}}}',
    ],
    [
      '{"properties":{"v":{"$ref":"#a"},"w":{"enum":[{"$id":"#a","$ref":"#a"}]},"$ref":{"$id":"#a"}}}',
      '{"properties":{"v":{"$ref":"#/properties/%24ref"},"w":{"enum":[{"$id":"#a","$ref":"#a"}]},' +
        '"$ref":{"$id":"#a"}}}',
    ],
  ] as const;
  it.each(pairs.map(pair => [titleOf(pair[0]), ...pair] as const))("%s", (_title, schema, sent) => {
    expect(sentOf(schema)).toBe(sent);
    expect(() => loadSchema(fromJson(sent) as Map<string, Value>)).not.toThrow();
  });
});

it("of transit, too", () => {
  const schema = '["^ ","properties",["^ ","v",["^ ","exclusiveMinimum","~f1.50"],"w",true]]';
  const line = `["^ ","type","RECORD","stream","s","schema",${schema},"record",["^ ","v",2]]`;
  const [request] = requestsOf(`stitchstream/0.1\nContent-Type: transit\n--\n${line}\n`).requests;
  expect(Buffer.from(request!.body).toString()).toContain(
    '"schema":{"properties":{"v":{"minimum":1.50,"exclusiveMinimum":true},"w":{}}}',
  );
});
