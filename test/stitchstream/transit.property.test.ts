import fc from "fast-check";
import transit from "transit-js";
import { describe, expect, it } from "vitest";
import { numRuns as runs } from "../runs.ts";
import { convert } from "./convert.ts";

const numRuns = runs(1_000);
const reader = transit.reader("json");
const compact = transit.writer("json");
const verbose = transit.writer("json-verbose");

// JavaScript objects, which the verbose writer makes, put names of digits first. A key `__proto__` makes transit-js write its
// cache's codes into Object.prototype, where all that runs later finds them; transit.test.ts has that name.
const key = fc.oneof(
  fc.string().filter(name => !/^\d+$/.test(name) && name !== "__proto__"),
  fc.constantFrom("type", "status", "~tag", "^code", "`tick"),
);
// transit-js writes earlier years with fewer than four digits.
const instant = fc.date({
  min: new Date("1000-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: "grapheme" }),
    instant,
    fc.uuid().map(text => transit.uuid(text)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(number => transit.integer(String(number))),
    fc.bigInt().map(number => transit.bigInt(String(number))),
    fc.constantFrom("status", "name", "a").map(name => transit.keyword(name)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(tie("value"), { maxLength: 3 }).map(values => transit.list(values)),
    fc
      .uniqueArray(fc.tuple(key, tie("value")), { selector: ([name]) => name, maxLength: 5 })
      .map(entries => transit.map(entries.flat())),
  ),
}));

describe("the transit reader and transit-js", () => {
  it("read the same of any value, compact and verbose", () => {
    fc.assert(
      fc.property(value, each => {
        const text = compact.write(each);
        const written = convert(text, "transit", "transit");
        expect(compact.write(reader.read(written))).toBe(compact.write(reader.read(text)));
        expect(convert(verbose.write(each), "transit", "transit")).toBe(written);
      }),
      { numRuns },
    );
  });

  it("agree on what is cut at any byte: an error, never a crash", () => {
    fc.assert(
      fc.property(value, fc.nat(), (each, place) => {
        const text = compact.write(each);
        const cut = text.slice(0, place % text.length);
        if (cut !== "") expect(() => convert(cut, "transit", "json")).toThrow(/./);
      }),
      { numRuns },
    );
  });

  it("write no cache codes, so that a value stands alone", () => {
    fc.assert(
      fc.property(value, each => {
        const written = convert(compact.write(each), "transit", "transit");
        expect(convert(written, "transit", "transit")).toBe(written);
        expect(written).not.toMatch(/[[,]"\^[^ ]/);
      }),
      { numRuns },
    );
  });
});
