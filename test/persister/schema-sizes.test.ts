import { describe, expect, it } from "vitest";
import * as limits from "../../functions/persister/limits.ts";
import { requestsOf } from "./delivery.ts";
import { faultsOf } from "./refusals.ts";

const line = (message: object) => JSON.stringify(message);

/** The schema of deals as tap-hubspot builds it: each property twice, with four fields. */
function deals(properties: number): object {
  const text = { type: ["null", "string"] };
  const time = { ...text, format: "date-time" };
  const property = {
    type: ["null", "object"],
    properties: { value: text, timestamp: time, source: text, sourceId: text },
  };
  const names = Array.from({ length: properties }, (_, n) => `sales_stage_entered_${1_000 + n}`);
  const nested = Object.fromEntries(names.map(name => [name, property]));
  const flat = Object.fromEntries(names.map(name => [`property_${name}`, property]));
  return {
    type: "object",
    properties: { dealId: { type: "integer" }, properties: { type: "object", properties: nested }, ...flat },
  };
}

describe("schemas of 2 MiB", () => {
  it("a schema like tap-hubspot's for deals is checked and sent", () => {
    const schema = deals(2_000);
    expect(line(schema).length).toBeGreaterThan(900_000);
    const declared = { type: "SCHEMA", stream: "deals", schema, key_properties: ["dealId"] };
    const value = { value: "won", timestamp: "2020-01-02T03:04:05.000000Z" };
    const record = (of: object) => ({
      type: "RECORD",
      stream: "deals",
      record: { dealId: 7, property_sales_stage_entered_2999: of },
    });
    const { requests } = requestsOf([declared, record(value)].map(line).join("\n"));
    expect(requests).toHaveLength(1);
    expect(faultsOf([declared, record({ ...value, timestamp: "soon" })].map(line).join("\n"))).toEqual([
      expect.stringMatching(/^2: by the stream's schema, timestamp must match format "date-time"/),
    ]);
  });

  it("of five streams fit into one body, and each batch with its schema stays below its limit", () => {
    const streams = ["a", "b", "c", "d", "e"];
    const schemaOf = (stream: string) => {
      const schema = { properties: { [stream]: { type: "string" } }, description: "" };
      return { ...schema, description: "x".repeat(limits.schemaBytesMax - line(schema).length) };
    };
    const lines = streams.flatMap(stream => [
      line({ type: "SCHEMA", stream, schema: schemaOf(stream), bookmark_properties: ["y".repeat(200_000)] }),
      ...Array.from({ length: 30 }, () =>
        line({ type: "RECORD", stream, record: { [stream]: "z".repeat(100_000) } }),
      ),
    ]);
    const { requests } = requestsOf(lines.join("\n"));
    expect(requests).toHaveLength(10);
    for (const { body } of requests) {
      expect(body.length).toBeGreaterThan(limits.schemaBytesMax);
      expect(body.length).toBeLessThan(limits.batchBytesMax);
    }
  });

  it("that grow when translated to draft 4 leave room for records, too", () => {
    const properties = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`p${n}`, false]));
    const schema = { properties };
    const records = Array.from({ length: 3 }, (_, n) => line({ type: "RECORD", stream: "s", record: { n } }));
    const { requests } = requestsOf([line({ type: "SCHEMA", stream: "s", schema }), ...records].join("\n"));
    expect(requests).toHaveLength(1);
    expect(requests[0]!.body.length).toBeLessThan(limits.batchBytesMax);
  });

  it("a larger one is refused, with its size", () => {
    const schema = { description: "x".repeat(limits.schemaBytesMax) };
    expect(faultsOf(line({ type: "SCHEMA", stream: "s", schema }))).toEqual([
      expect.stringMatching(/^1: a `schema` of 20971\d\d bytes, more than 2097152/),
    ]);
  });
});
