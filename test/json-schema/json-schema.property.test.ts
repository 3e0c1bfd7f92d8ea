import Ajv from "ajv";
import AjvDraft4 from "ajv-draft-04";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draft4Of } from "../../functions/import-api/draft4.ts";
import { Assertions } from "../../functions/json-schema/assertions.ts";
import {
  BudgetExceeded,
  Evaluator,
  SchemaCompiler,
  type SchemaNode,
  spendOf,
  violationsOf,
} from "../../functions/json-schema/index.ts";
import * as limits from "../../functions/persister/limits.ts";
import type { StreamSchema } from "../../functions/stitchstream/stream-schema.ts";
import type { JsonObject } from "../../functions/values/json-object.ts";
import { Kind } from "../../functions/values/visitor.ts";
import { numRuns } from "../runs.ts";
import { schemas, values } from "./arbitraries.ts";
import { wholeJsonSchema as dialect } from "./json-schema-rules.ts";

const options = {
  strict: false,
  logger: false,
  ownProperties: true,
  formats: { date: true, whatever: true },
} as const;
const oracles = { 4: new AjvDraft4.default(options), 7: new Ajv.default(options) };
for (const oracle of Object.values(oracles))
  oracle.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/).addFormat("date", /^\d{4}-\d\d-\d\d$/);

const compiler = new SchemaCompiler(dialect, limits);
await compiler.loadPatterns();

describe("a record conforms to its schema if ajv says so", () => {
  it.each([4, 7] as const)("draft %i", draft => {
    let fitting = 0;
    let checked = 0;
    fc.assert(
      fc.property(schemas(draft), fc.array(values, { minLength: 1, maxLength: 8 }), (schema, instances) => {
        const node = compiler.compileParsed(schema, () => {});
        const fitsByAjv = oracles[draft].compile(schema);
        for (const instance of instances) {
          const walk = new Evaluator(compiler, 1e6);
          const bytes = Buffer.from(JSON.stringify(instance));
          const violations = violationsOf(node, walk, bytes);
          expect(walk.accepts([node], bytes, 0), JSON.stringify({ schema, instance, violations })).toBe(
            violations.length === 0,
          );
          const expected = fitsByAjv(instance) as boolean;
          expect(violations.length === 0, JSON.stringify({ schema, instance, violations })).toBe(expected);
          checked++;
          if (expected) fitting++;
        }
      }),
      { numRuns: numRuns(300) },
    );
    expect(fitting / checked).toBeGreaterThan(0.1);
    expect(fitting / checked).toBeLessThan(0.9);
  });
});

it("a record that does not conform is refused even if no reason can be found", () => {
  const asked = { times: 0 };
  const fickle = new Assertions(1, 0, [{ message: "unsaid", always: 0, matches: () => asked.times++ > 0 }]);
  const node = {
    ...compiler.compileParsed({}, () => {}),
    rules: fickle,
  };
  const [first, ...more] = violationsOf(node, new Evaluator(compiler, 1e6), Buffer.from("{}"));
  expect([first, more]).toEqual([{ path: [], message: expect.stringContaining("does not conform") }, []]);
});

it("a circle of references uses up all steps: otherwise each record's check would go round it", () => {
  const circle = compiler.compileParsed({ $ref: "#" }, () => {});
  const free = compiler.compileParsed({}, () => {});
  const walk = new Evaluator(compiler, 1e6);
  const accepts = (node: SchemaNode) => walk.accepts([node], Buffer.from("1"), 0);
  expect(accepts(free)).toBe(true);
  expect(() => accepts(circle)).toThrow(BudgetExceeded);
  expect(() => accepts(free)).toThrow(BudgetExceeded);
});

it("a circle by a dependency is not followed for a map that does not conform otherwise", () => {
  const schema = { properties: { a: { type: "integer" } }, dependencies: { b: { $ref: "#" } } };
  const node = compiler.compileParsed(schema as JsonObject, () => {});
  const walk = new Evaluator(compiler, 1e6);
  expect(walk.accepts([node], Buffer.from('{"b":1,"a":"text"}'), 0)).toBe(false);
  expect(() => walk.accepts([node], Buffer.from('{"b":1,"a":1}'), 0)).toThrow(BudgetExceeded);
});

it("a plan for which the budget is used up is made with the next body's", () => {
  const names = Array.from({ length: 4_000 }, (_, n) => `n${n}`);
  const node = compiler.compileParsed({ properties: { a: { required: names } } }, () => {});
  const within = (steps: number) => {
    const evaluator = new Evaluator(compiler, 1e6);
    const spendOnPlans = spendOf(steps);
    return compiler.planOf(node).within({ scalars: evaluator, wholes: evaluator, spendOnPlans });
  };
  const checksMaps = (steps: number) => (((within(steps)?.member("a")?.always ?? 0) >> Kind.map) & 1) === 1;
  expect(within(0)).toBeUndefined();
  expect(checksMaps(names.length)).toBe(false);
  expect(checksMaps(20 * names.length)).toBe(true);
  expect(checksMaps(0), "a plan is made once").toBe(true);
});

it("plans are made once, those of several schemas as well", () => {
  const properties = { a: { minLength: 1 } };
  const node = compiler.compileParsed({ allOf: [{ properties }, { properties, items: {} }] }, () => {});
  const evaluator = new Evaluator(compiler, 1e6);
  const sizeAfterABody = () => {
    const plan = compiler.planOf(node);
    const resources = { scalars: evaluator, wholes: evaluator, spendOnPlans: spendOf(1e6) };
    expect(plan.within(resources)?.member("a")).toBeDefined();
    return plan.size;
  };
  expect(sizeAfterABody()).toBe(sizeAfterABody());
});

/** Keywords that draft 4 doesn't have, and that the Import API ignores. */
const newer = /"(const|propertyNames|if|then|else)":/;

it("a schema of draft 7 is sent as a schema of draft 4 for the same records", () => {
  let compared = 0;
  fc.assert(
    fc.property(schemas(7), fc.array(values, { minLength: 1, maxLength: 4 }), (schema, instances) => {
      const text = JSON.stringify(schema);
      fc.pre(!newer.test(text));
      const sent = Buffer.from(
        draft4Of({ text: Buffer.from(text), value: schema } as unknown as StreamSchema),
      ).toString();
      const fitsByDraft4 = oracles[4].compile(JSON.parse(sent) as JsonObject);
      const fitsByDraft7 = oracles[7].compile(schema);
      for (const each of instances) expect(fitsByDraft4(each), sent).toBe(fitsByDraft7(each));
      if (sent !== text) compared++;
    }),
    { numRuns: numRuns(300) },
  );
  expect(compared).toBeGreaterThan(5);
});
