import fc from "fast-check";
import { expect, it } from "vitest";
import { LineBuffer } from "../../../functions/persister/segments/line-buffer.ts";
import { numRuns } from "../../runs.ts";

const bytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
const steps = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: bytes(40) }) },
  fc.record({ drop: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    take: fc.double({ min: 0, max: 1, noNaN: true }),
    repeated: fc.array(bytes(30), { maxLength: 3 }),
  }),
);

it("a line buffer holds what an array would, and two segments at a time", () => {
  fc.assert(
    fc.property(bytes(8), fc.nat(64), fc.array(steps, { maxLength: 40 }), (header, expected, all) => {
      const buffer = new LineBuffer(expected, 10);
      buffer.add(header);
      let lines: number[] = [];
      let last: { body: Uint8Array; should: number[] } = { body: new Uint8Array(), should: [] };
      for (const step of all) {
        if ("add" in step) {
          buffer.add(step.add);
          lines.push(...step.add);
        } else if ("drop" in step) {
          const dropped = Math.floor(step.drop * lines.length);
          buffer.drop(header.length, header.length + dropped);
          lines = lines.slice(dropped);
        } else {
          const taken = Math.floor(step.take * lines.length);
          const body = buffer.take(header.length, header.length + taken, step.repeated);
          const should = [...header, ...step.repeated.flatMap(each => [...each]), ...lines.slice(0, taken)];
          lines = lines.slice(taken);
          expect([...body]).toEqual(should);
          // Still there, although the next segment was taken.
          expect([...last.body]).toEqual(last.should);
          last = { body, should };
        }
        expect([...buffer.bytes]).toEqual([...header, ...lines]);
        expect(buffer.length).toBe(header.length + lines.length);
        expect([...last.body]).toEqual(last.should);
      }
    }),
    { numRuns: numRuns(1_000) },
  );
});
