import { describe, expect, it } from "vitest";
import type { Rules } from "../../functions/persister/destination.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { jsonSchemaRules } from "../json-schema/json-schema-rules.ts";
import { casesOf } from "../runs.ts";
import { requestsOf } from "./delivery.ts";

const list = (count: number, of: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => of(n)).join(",");
const schemaLine = (schema: string) => `{"type":"SCHEMA","stream":"s","schema":${schema}}`;
const recordLine = (v: string) => `{"type":"RECORD","stream":"s","record":{"v":${v}}}`;

/**
 * The line that exceeds the body's budget; undefined if the body is forwarded or refused for another
 * reason.
 */
function lineRefused(body: string, rules?: Rules): number | undefined {
  try {
    requestsOf(body, rules);
    return undefined;
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    return (error.details.faults ?? []).find(({ message }) =>
      message.includes("more work than its size allows"),
    )?.line;
  }
}

/** Checks `v` against `rule` ten thousand times. */
function fan(rule: string): string {
  const hundredOf = (name: string) => `{"allOf":[${list(100, () => `{"$ref":"#/definitions/${name}"}`)}]}`;
  return schemaLine(
    `{"definitions":{"rule":${rule},"inner":${hundredOf("rule")}},"properties":{"v":${hundredOf("inner")}}}`,
  );
}

describe("the work of a check is counted", () => {
  const map = (width: number, value = "1") => `{${list(width, n => `"k${n}":${value}`)}}`;
  const wide = map(5_000);
  it.each([
    ["a small value", '{"minProperties":1}', map(10), undefined],
    ["minProperties of a wide map, whose members are counted once", '{"minProperties":1}', wide, undefined],
    ["and maxProperties", '{"maxProperties":9000}', wide, undefined],
    ["an empty const and a wide map", '{"not":{"const":{}}}', wide, 2],
    ["a nested empty const and a wide map", '{"not":{"const":[{}]}}', `[${wide}]`, 2],
    ["a first property that violates", '{"not":{"properties":{"k0":{"type":"string"}}}}', wide, 2],
    ["a const of many members", `{"const":${map(1_000)}}`, map(1_000), 2],
    [
      "an enum of maps",
      `{"enum":[${list(50, n => `{"a":[1,2,3,4,5,6,7,8,9,${n}]}`)}]}`,
      '{"a":[1,2,3,4,5,6,7,8,9,49]}',
      2,
    ],
    ["uniqueItems of long numbers", '{"uniqueItems":true}', `[${list(2_000, n => `${n}e1`)}]`, 2],
    ["a const of a long text", `{"const":["${"x".repeat(200_000)}"]}`, `["${"x".repeat(200_000)}"]`, 2],
  ])("%s", (_name, rule, value, line) => {
    expect(lineRefused(`${fan(rule)}\n${recordLine(value)}`, jsonSchemaRules)).toBe(line);
  });
});

describe("the work of reading a schema is counted", () => {
  const schemas = (count: number, properties: string) =>
    Array.from({ length: count }, (_, n) => schemaLine(`{"x":${n},"properties":{${properties}}}`)).join("\n");
  const columns = (rule: string) => list(1_000, n => `"column_${n}":${rule}`);

  it.each([
    ["one of a thousand columns", 1, columns('{"type":["null","string"]}'), undefined],
    ["one of a thousand choices", 1, columns('{"anyOf":[{"type":"null"},{"type":"string"}]}'), undefined],
    [
      "a catalogue of wide ones",
      100,
      columns('{"anyOf":[{"type":"null"},{"type":"string","format":"date-time"}]}'),
      undefined,
    ],
    ["many that are dense", 10, list(9_000, n => `"${n.toString(36)}":{"items":{}}`), 6],
  ])("%s", (_name, count, properties, line) => {
    expect(lineRefused(schemas(count, properties))).toBe(line);
  });

  it("even if its draft's metaschema refuses it", () => {
    const types = `{"type":[${list(30_000, n => `"a${n}"`)}]}`;
    expect(lineRefused(schemaLine(types))).toBeUndefined();
    expect(
      lineRefused(
        schemas(
          1,
          list(20_000, n => `"${n}":5`),
        ),
      ),
    ).toBeUndefined();
  });

  it("for every $ref to a part that is read together with the keywords next to the $ref", () => {
    const inner = `${'{"items":'.repeat(100)}{"allOf":[${list(500, () => "{}")}]}${"}".repeat(100)}`;
    const references = list(100, n => `{"type":"array","$ref":"#/x${"/items".repeat(100 - n)}"}`);
    expect(lineRefused(schemaLine(`{"allOf":[${references}],"x":${inner}}`))).toBe(1);
  });
});

describe("a chain of thousands of references is compiled or refused", () => {
  const refTo = (n: number) => `{"$ref":"#/properties/k${n}"}`;
  const chain = (link: (ref: string) => string) =>
    `{"properties":{${list(20_000, n => `"k${n}":${link(refTo(n + 1))}`)},"k20000":{}}}`;
  const links: [name: string, link: (ref: string) => string][] = [
    ["$ref", ref => ref],
    ["items", ref => `{"items":${ref}}`],
    ["additionalProperties", ref => `{"additionalProperties":${ref}}`],
    ["allOf", ref => `{"allOf":[${ref}]}`],
    ["not", ref => `{"not":${ref}}`],
  ];
  it.each(casesOf(links, 3))("in %s", (_name, link) => {
    const record = '{"type":"RECORD","stream":"s","record":{"k0":"x"}}';
    const line = lineRefused(`${schemaLine(chain(link))}\n${record}`, jsonSchemaRules);
    expect(line).toSatisfy(at => at === undefined || at === 1 || at === 2);
  });
});
