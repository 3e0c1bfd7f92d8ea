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

/** Choices of maps, of which a member's value, its type or a required name may tell which one a map is. */
const choices = (depth: number): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.constantFrom("anyOf", "oneOf"),
      fc.array(
        fc.record({
          kind: fc.integer({ min: 0, max: 5 }),
          columns: fc.dictionary(fc.constantFrom(...names.slice(1)), fc.constantFrom(...types)),
          required: fc.subarray(names),
          isClosed: fc.boolean(),
          nested: depth === 0 ? fc.constant(undefined) : fc.option(choices(depth - 1), { nil: undefined }),
        }),
        { minLength: 2, maxLength: depth === 0 ? 3 : 6 },
      ),
    )
    .map(([keyword, of]) => ({
      [keyword]: of.map(({ kind, columns, required, isClosed, nested }) => ({
        type: "object",
        properties: {
          kind: { enum: [`kind ${kind}`, kind] },
          ...Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, { type }])),
          ...(nested && { nested: { type: "array", items: nested } }),
        },
        required,
        ...(isClosed && { additionalProperties: false }),
      })),
    }));

const maps = (depth: number): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom(...types, "wild"),
      fc.shuffledSubarray(names, { minLength: 1 }),
      fc.integer({ min: 0, max: 50 }),
      depth === 0 ? fc.constant([]) : fc.array(maps(depth - 1), { maxLength: 2 }),
    )
    .map(([kind, type, chosen, seed, nested]) =>
      Object.fromEntries(
        chosen.map((name, n) => {
          if (name === "kind") return [name, seed % 5 === 0 ? kind : `kind ${kind}`];
          if (name === "nested") return [name, nested];
          const ofType = { integer: 1 + seed, string: `text ${seed}`, boolean: true, number: 0.5 };
          const value = type === "wild" ? values[(seed + n) % values.length] : ofType[type as "integer"];
          return [seed === 7 ? `${name}_${n}` : name, value];
        }),
      ),
    );

type Line = (record: unknown) => string;
/** A keyword enters transit's cache, so that a code means something else in each such line. */
const written = (kind: "json" | "json-verbose"): Line => {
  const writer = transit.writer(kind);
  let lines = 0;
  return record => {
    const tags = lines++ % 3 === 0 ? [transit.keyword(`tag${lines}`)] : [];
    return writer.write({ type: "RECORD", stream: "s", record: { tags, ...(record as object) } });
  };
};
const asJson: Line = record => JSON.stringify({ type: "RECORD", stream: "s", record });
const encodings: Record<string, { head: string; line: () => Line }> = {
  JSON: { head: "", line: () => asJson },
  "JSON of Python": { head: "", line: () => record => asPythonPrints(asJson(record)) },
  transit: { head: "stitchstream/0.1\nContent-Type: transit\n--\n", line: () => written("json") },
  "verbose transit": {
    head: "stitchstream/0.1\nContent-Type: transit\n--\n",
    line: () => written("json-verbose"),
  },
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
    const faultOf = (line: number) => error.details.faults?.filter(each => each.line === line);
    const faults = lines.map((_, n) => faultOf(first + n)?.map(({ line: _line, ...others }) => others));
    return { rows: [], faults: faults.map(each => (each?.length === 0 ? undefined : each)) };
  }
}

it.each(Object.entries(encodings))(
  "a map among others fits the same choices as alone, in %s",
  (_name, given) => {
    const found = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(choices(1), fc.array(maps(1), { minLength: 20, maxLength: 60 }), (schema, each) => {
        const properties = { v: schema, list: { type: "array", items: schema } };
        const schemaLine = JSON.stringify({
          type: "SCHEMA",
          stream: "s",
          schema: { properties },
          key_properties: [],
        });
        const head = `${given.head}${schemaLine}\n`;
        const line = given.line();
        const lines = each.map((map, n) => line(n % 4 === 3 ? { list: [map, each[0]] } : { v: map }));
        const alone = lines.map(one => resultOf(head, [one]));
        expect(resultOf(head, lines).faults).toEqual(alone.flatMap(({ faults }) => faults));
        const right = alone.flatMap(({ faults: [fault] }, n) => (fault === undefined ? [n] : []));
        found.right += right.length;
        found.wrong += lines.length - right.length;
        if (right.length === 0) return;
        const { rows } = resultOf(
          head,
          right.map(n => lines[n]!),
        );
        expect(rows).toEqual(right.flatMap(n => alone[n]!.rows));
      }),
      { numRuns: numRuns(30) },
    );
    expect(Math.min(found.right, found.wrong)).toBeGreaterThan(20);
  },
);

it("a value within a choice does not make the map around it fit", () => {
  const kind = { kind: { enum: ["kind 0"] } };
  const inner = { anyOf: [{ properties: { ...kind, nested: { type: "integer" } } }, { properties: kind }] };
  const nested = { type: "array", items: inner };
  const closed = { properties: kind, additionalProperties: false };
  const v = { anyOf: [{ properties: { ...kind, nested }, required: ["at"] }, closed, closed] };
  const schema = { properties: { v, list: { type: "array", items: v } } };
  const declared = JSON.stringify({ type: "SCHEMA", stream: "s", schema, key_properties: [] });
  const wrong = { nested: [{ nested: [] }], amount: 1 };
  const right = { at: 1, nested: [] };
  const records = [{ v: wrong }, { v: { nested: [] } }, { v: { last_name: 1 } }, { list: [right, wrong] }];
  const last = { v: { first_name: 1 } };
  const { faults } = resultOf(`${declared}\n`, [...records, last, { v: right }, last].map(asJson));
  expect(faults.map(each => each !== undefined)).toEqual([true, true, true, true, true, false, true]);
});
