import { describe, expect, it } from "vitest";
import { faultsOf as faultsOfBody } from "./refusals.ts";

function faultsOf(schema: object): readonly string[] {
  const messages = [
    { type: "SCHEMA", stream: "s", schema },
    { type: "RECORD", stream: "s", record: { id: { a: 1 } } },
  ];
  return faultsOfBody(messages.map(each => JSON.stringify(each)).join("\n"));
}

const draft4 = "http://json-schema.org/draft-04/schema#";

describe("a value that only a $ref reaches", () => {
  it.each([
    { required: 5 },
    { required: "abc" },
    { required: {} },
    { type: "strin" },
    { enum: 5 },
    { maximum: "x" },
    { pattern: 5 },
    { properties: { a: null } },
    { properties: { a: 5 } },
    { properties: { a: { $ref: "#/y" } } },
    { allOf: [null] },
    { items: [null] },
    { patternProperties: { a: null } },
    { dependencies: { a: null } },
    { dependencies: { a: [1] } },
    { not: [] },
    { $ref: 5 },
    { $ref: "#/y" },
  ])("%j is not a valid schema", x => {
    const schema = { properties: { id: { $ref: "#/x" } }, x, y: { required: 5 } };
    for (const given of [schema, { ...schema, $schema: draft4 }])
      expect(faultsOf(given)).toEqual([expect.stringMatching(/^1: not a valid JSON Schema: /)]);
  });

  it("is reported with its place", () => {
    expect(faultsOf({ properties: { id: { $ref: "#/x/y" } }, x: { y: { items: { required: 5 } } } })).toEqual(
      [
        expect.stringMatching(
          /^1: not a valid JSON Schema: #\/x\/y\/items has required: 5, which is not a list of names$/,
        ),
      ],
    );
  });

  it.each([
    { multipleOf: 0 },
    { not: null },
    { type: null },
    ...["contains", "propertyNames", "if", "then", "else", "const"].map(name => ({ [name]: null })),
  ])("%j is sent", x => {
    expect(faultsOf({ properties: { id: { $ref: "#/x" } }, x })).toEqual([]);
  });

  it("is a schema, against which the record is checked", () => {
    const x = { properties: { a: { $ref: "#/y/0" } } };
    const schema = (type: string) => ({ properties: { id: { $ref: "#/x" } }, x, y: [{ type }] });
    expect(faultsOf(schema("integer"))).toEqual([]);
    expect(faultsOf(schema("string"))).toEqual(["2: by the stream's schema, a must be string"]);
  });

  it("is not found by a name in a place where no draft has schemas", () => {
    const v = { $id: "#v", type: "string" };
    const id = { $ref: "#v" };
    for (const given of [{ properties: { id, a: { enum: [v] } } }, { properties: { id }, x: v }])
      expect(faultsOf(given)).toEqual([
        '1: not a valid JSON Schema: schema/properties/id has a $ref to "#v", which is not in it: ' +
          "nothing is fetched",
      ]);
  });

  it("may be the schema that contains the $ref", () => {
    const itself = { type: "null", $ref: "#" };
    expect(faultsOf({ oneOf: [{ type: "number" }, itself] })).toEqual([
      "2: by the stream's schema, matches none of its schemas: must be number; or must be null",
    ]);
  });

  it("is not checked without a $ref to it", () => {
    const unused = { $ref: "https://example.com/schema.json" };
    expect(faultsOf({ x: { required: 5 }, examples: [{ $ref: "#/none" }], definitions: { unused } })).toEqual(
      [],
    );
  });
});
