import fc from "fast-check";
import transit from "transit-js";
import { expect, it } from "vitest";
import { PersisterError } from "../../functions/persister/errors.ts";
import { asPythonPrints } from "../../functions/values/python-text.ts";
import { requestsOf } from "../persister/delivery.ts";
import { numRuns } from "../runs.ts";

const names = ["kind", "first_name", "last_name", "amount", "at", "nested"];
const types = ["integer", "string", "boolean", "number"];
const values = [1, 2.5, "card", "a text that is longer than what names a choice", true, null, [1], {}];

/**
 * Choices of maps, of which a member's value, its type or a required name may tell which one a map is. The
 * names of nested maps have a prefix.
 */
const choices = (prefix: string, depth = 1): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.constantFrom("anyOf", "oneOf"),
      fc.array(
        fc.record({
          kind: fc.integer({ min: 0, max: 5 }),
          columns: fc.dictionary(fc.constantFrom(...names.slice(1)), fc.constantFrom(...types)),
          required: fc.subarray(names),
          isClosed: fc.boolean(),
          nested: depth === 0 ? fc.constant(undefined) : fc.option(choices(prefix, 0), { nil: undefined }),
          most: fc.constantFrom({}, { maxItems: 1 }),
        }),
        { minLength: 2, maxLength: depth === 0 ? 3 : 6 },
      ),
    )
    .map(([keyword, of]) => ({
      [keyword]: of.map(({ kind, columns, required, isClosed, nested, most }) => ({
        type: "object",
        properties: prefixed(depth === 0 ? prefix : "", {
          kind: { enum: [`kind ${kind}`, kind] },
          ...Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, { type }])),
          ...(nested && { nested: { type: "array", items: nested, ...most } }),
        }),
        required: required.map(each => (depth === 0 ? prefix : "") + each),
        ...(isClosed && { additionalProperties: false }),
      })),
    }));

const maps = (prefix: string, depth = 1): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom(...types, "wild"),
      fc.shuffledSubarray(names, { minLength: 1 }),
      fc.integer({ min: 0, max: 50 }),
      depth === 0 ? fc.constant([]) : fc.array(maps(prefix, 0), { maxLength: 2 }),
    )
    .map(([kind, type, chosen, seed, nested]) => {
      const ofType = { integer: 1 + seed, string: `text ${seed}`, boolean: true, number: 0.5 };
      const members = chosen.map((name, n) => {
        if (name === "kind") return [name, seed % 5 === 0 ? kind : `kind ${kind}`];
        if (name === "nested") return [name, nested];
        const value = type === "wild" ? values[(seed + n) % values.length] : ofType[type as "integer"];
        return [seed === 7 ? `${name}_${n}` : name, value];
      });
      return prefixed(depth === 0 ? prefix : "", Object.fromEntries(members));
    });

const prefixed = (prefix: string, object: object): object =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [prefix + name, value]));

const streams = fc
  .constantFrom("", "inner_")
  .chain(prefix => fc.tuple(choices(prefix), fc.array(maps(prefix), { minLength: 20, maxLength: 60 })));

const declared = (schema: object) =>
  JSON.stringify({ type: "SCHEMA", stream: "s", schema, key_properties: [] });
const asJson = (record: object, schema?: object) =>
  JSON.stringify({ type: "RECORD", stream: "s", ...(schema && { schema }), record });
/** A keyword enters transit's cache, so that a code means something else in each such line. */
function written(kind: "json" | "json-verbose"): (record: object) => string {
  const writer = transit.writer(kind);
  let lines = 0;
  return record => {
    const tags = lines++ % 3 === 0 ? [transit.keyword(`tag${lines}`)] : [];
    return writer.write({ type: "RECORD", stream: "s", record: { tags, ...record } });
  };
}
const transitHead = "stitchstream/0.1\nContent-Type: transit\n--\n";
const encodings = {
  JSON: { head: "", line: () => asJson },
  "JSON of Python": { head: "", line: () => (record: object) => asPythonPrints(asJson(record)) },
  transit: { head: transitHead, line: () => written("json") },
  "verbose transit": { head: transitHead, line: () => written("json-verbose") },
};

/** Returns the rows that are sent for lines, or the faults of each line that has any. */
function resultOf(head: string, lines: readonly string[]): { rows: unknown[]; faults: unknown[] } {
  const first = head.split("\n").length;
  try {
    const { requests } = requestsOf(`${head}${lines.join("\n")}\n`);
    const rows = requests.flatMap(({ body }) => JSON.parse(Buffer.from(body).toString()).messages);
    return { rows: rows.map(each => each.data), faults: lines.map(() => undefined) };
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    const faults = error.details.faults ?? [];
    const faultsOf = (line: number) => faults.filter(each => each.line === line);
    const messages = lines.map((_, n) =>
      faultsOf(first + n).map(({ field, message }) => ({ field, message })),
    );
    return { rows: [], faults: messages.map(each => (each.length === 0 ? undefined : each)) };
  }
}

it.each(Object.entries(encodings))(
  "a map among others fits the same choices as by the evaluator, in %s",
  (_name, given) => {
    const found = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(streams, ([choice, each]) => {
        const schema = { properties: { v: choice, list: { type: "array", items: choice } } };
        const head = `${given.head}${declared(schema)}\n`;
        const line = given.line();
        const records = each.map((map, n) => (n % 4 === 3 ? { list: [map, each[0]!] } : { v: map }));
        const lines = records.map(record => line(record));
        // The evaluator checks a record that has its own schema, and the first one in transit.
        const faults = records.flatMap((record, n) =>
          given.head === ""
            ? resultOf("", [asJson(record, schema)]).faults
            : resultOf(head, [lines[n]!]).faults,
        );
        expect(resultOf(head, lines).faults).toEqual(faults);
        const right = lines.filter((_, n) => faults[n] === undefined);
        found.right += right.length;
        found.wrong += lines.length - right.length;
        if (right.length > 0)
          expect(resultOf(head, right).rows).toEqual(right.flatMap(one => resultOf(head, [one]).rows));
      }),
      { numRuns: numRuns(30) },
    );
    expect(Math.min(found.right, found.wrong)).toBeGreaterThan(20);
  },
);

it("a value within a choice does not make the map around it fit", () => {
  const x = { properties: { kind: { enum: ["x"] } } };
  const y = { properties: { kind: { enum: ["y"] }, z: { type: "string" } } };
  const short = { type: "array", maxItems: 2, items: { anyOf: [x, y] } };
  const v = {
    anyOf: [short, { type: "integer" }].map(list => ({ properties: { list }, required: ["list"] })),
  };
  const list = ["y", "x", "y"].map(kind => ({ kind }));
  const maps = [{ list }, { list: "no" }, { nothing: 1 }, { list: 1 }, { list: list.slice(1) }];
  const records = maps.map(each => asJson({ v: each }));
  const { faults } = resultOf(`${declared({ properties: { v } })}\n`, records);
  expect(faults.map(each => each !== undefined)).toEqual([true, true, true, false, false]);
});
