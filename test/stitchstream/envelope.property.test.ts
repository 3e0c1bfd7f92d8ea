import fc from "fast-check";
import { expect, it } from "vitest";
import { numRuns } from "../runs.ts";
import { picking, picks, spelled } from "./json-text.ts";
import { outcomeOf } from "./outcome.ts";

const header = "stitchstream/0.1\nContent-Type: jsonline\n--\n";
/** A backslash and an `n`, and a line end: the bytes of the first are the escape of the second. */
const lookalikes = ["a\\nb", "a\nb"] as const;
const name = fc.constantFrom("id", "name", "a/b", "type", "schema", "é", "😀", 'q"', ...lookalikes);
const scalar = fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.boolean(), fc.constant(null));
const record = fc.dictionary(name, scalar, { maxKeys: 4 }).map(fields => ({ ...fields, id: 1 }));
const schema = fc
  .dictionary(name, fc.constant({}), { maxKeys: 3 })
  .map(properties => ({ type: "object", properties: { ...properties, id: { type: "integer" } } }));
const stream = fc.constantFrom("s", "type", "a stream", "streams/é", ...lookalikes);
const time = fc.constantFrom("2026-11-23T12:00:00Z", "2026-11-23T12:00:00.123456+05:30", null);
const version = fc.option(fc.nat());
const type = (of: string) => fc.constantFrom(of, of.toLowerCase(), of[0] + of.slice(1).toLowerCase());
const keys = fc.constantFrom(["id"], [], ...lookalikes.map(each => [each]));

const message = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: type("RECORD"), stream, record, version, time_extracted: time }),
  },
  fc.record({ type: type("RECORD"), stream, record, key_fields: keys }),
  fc.record({ type: type("RECORD"), stream, record, schema }),
  fc.record({ type: type("SCHEMA"), stream, schema, key_properties: keys, bookmark_properties: keys }),
  fc.record({ type: type("ACTIVATE_VERSION"), stream, version: fc.nat() }),
  fc.record({ type: fc.oneof(type("STATE"), type("BOOKMARK")), value: fc.jsonValue() }),
  fc.record({ type: fc.constantFrom("BATCHES", "", "RECORDS"), stream }),
);
/** The streamer's own fields, which are ignored. */
const own = fc.dictionary(fc.constantFrom("Type", "streams", "x", "ßecord", "RECORD"), scalar, {
  maxKeys: 2,
});

it("a message means the same with fields in any order, spaces anywhere, and any character escaped", () => {
  const order = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.tuple(message, own, order, picks), { minLength: 1, maxLength: 6 }), each => {
      const plain = each.map(([fields]) => JSON.stringify(fields));
      const other = each.map(([fields, more, places, from]) => {
        const entries = Object.entries({ ...fields, ...more }).map(
          (entry, n) => [places[n]!, entry] as const,
        );
        const shuffled = entries.toSorted(([a], [b]) => a - b).map(([, entry]) => entry);
        return spelled(Object.fromEntries(shuffled), picking(from));
      });
      expect(outcomeOf(header + other.join("\n"))).toEqual(outcomeOf(header + plain.join("\n")));
    }),
    { numRuns: numRuns(500) },
  );
});
