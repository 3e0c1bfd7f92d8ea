import fc from "fast-check";
import { expect, it } from "vitest";
import { Refusal } from "../../infra/local/import-api/refusal.ts";
import { type ImportRequest, rowsOf } from "../../infra/local/import-api/request.ts";
import { numRuns } from "../runs.ts";
import { anyValue, written } from "../stitchstream/transit-values.ts";

const push = {
  client_id: 4242,
  table_name: "t",
  sequence: 1,
  action: "upsert",
  key_names: ["id"],
  data: { id: 1, at: "2020-02-30T00:00:00Z" },
  table_version: 1,
};
const batch = {
  table_name: "t",
  schema: { type: "object", properties: { id: { type: "integer" }, at: { format: "date-time" } } },
  messages: [{ action: "upsert", sequence: 1, data: push.data, time_extracted: "2020-01-01T00:00:00Z" }],
  key_names: ["id"],
  table_version: 1,
  bookmark_names: [],
};
const keywords = [
  "type",
  "enum",
  "items",
  "properties",
  "required",
  "$ref",
  "anyOf",
  "not",
  "pattern",
  "format",
  "id",
];

/** A value with any part of it replaced by any other value. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null)
    return fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, any);
  const isArray = Array.isArray(value);
  const entries = Object.entries(value).map(([key, each]) => fc.tuple(fc.constant(key), mutated(each)));
  const whole = fc
    .tuple(
      fc.tuple(...entries),
      fc.array(fc.tuple(fc.constantFrom(...keywords), any), { maxLength: isArray ? 0 : 1 }),
    )
    .map(([own, more]) => (isArray ? own.map(([, each]) => each) : Object.fromEntries([...own, ...more])));
  return fc.oneof({ weight: 20, arbitrary: whole }, any);
}
const any: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("#", "#/properties/id", "2020-01-01T00:00:00Z", "(", 1e300, -0, [], {}),
);
const requests: fc.Arbitrary<Omit<ImportRequest, "clientId">> = fc.oneof(
  mutated([push, push]).map(body => request("push", "application/json", JSON.stringify(body))),
  mutated(batch).map(body => request("batch", "application/json", JSON.stringify(body))),
  fc.string().map(body => request("push", "application/json", body)),
  anyValue.map(data =>
    request(
      "push",
      "application/transit+json",
      '[["^ ","client_id",4242,"table_name","t","sequence",1,"action","upsert","key_names",["id"],' +
        `"data",["^ ","id",1,"v",${written(data, "compact")}]]]`,
    ),
  ),
);
const request = (
  endpoint: ImportRequest["endpoint"],
  contentType: ImportRequest["contentType"],
  body: string,
) => ({ endpoint, contentType, body });

it("the sandbox accepts or refuses every input, and never fails itself", () => {
  const found = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(requests, each => {
      try {
        rowsOf({ ...each, clientId: 4242 });
        found.accepted++;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        found.refused++;
      }
    }),
    { numRuns: numRuns(400) },
  );
  expect(Math.min(found.accepted, found.refused)).toBeGreaterThan(40);
});
