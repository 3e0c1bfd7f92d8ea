import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formats } from "../../functions/import-api/rules/formats.ts";
import { loadSchema } from "../../infra/local/import-api/everit/loader.ts";
import { fromJson } from "../../infra/local/import-api/json.ts";
import type { Value } from "../../infra/local/import-api/values.ts";
import { numRuns } from "../runs.ts";

const schema = fromJson('{"format":"date-time"}') as Map<string, Value>;
const isDateTime = loadSchema(schema);
const isTakenByCore = formats["date-time"]!;
const isTakenBySandbox = (text: string) => isDateTime(text) === undefined;

/** import-api.md section 2. */
describe("a date-time", () => {
  it.each([
    "2020-01-13T21:25:03Z",
    "2020-01-13T21:25:03.1Z",
    "2020-01-13T21:25:03.123456789Z",
    "2020-01-13T21:25:03+05:30",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2020-02-30T00:00:00Z",
    "2020-01-13T24:00:00Z",
    "2020-01-13T24:00:00+18:00",
    "2020-01-13T24:00:00.000Z",
    "+10000-01-01T00:00:00Z",
    "2020-01-13T21:25:03-17:59",
  ])("%s is accepted", text => {
    expect([isTakenByCore(text), isTakenBySandbox(text)]).toEqual([true, true]);
  });
  it.each([
    "2020-01-13T21:25:03",
    "2020-01-13 21:25:03Z",
    "2020-01-13",
    "2020-01-13T21:25Z",
    "2020-01-13t21:25:03Z",
    "2020-01-13T21:25:03z",
    "2020-01-13T21:25:60Z",
    "2020-01-13T21:60:00Z",
    "0000-01-13T21:25:03Z",
    "2020-00-13T21:25:03Z",
    "2020-13-13T21:25:03Z",
    "2020-01-00T21:25:03Z",
    "2020-01-32T21:25:03Z",
    "2020-01-13T24:30:00Z",
    "2020-01-13T24:00:01Z",
    "2020-01-13T24:00:00.1Z",
    "2020-01-13T25:00:00Z",
    "2020-01-13T21:25:03+18:30",
    "2020-01-13T21:25:03-18:01",
    "2020-01-13T21:25:03+19:00",
    "2020-01-13T21:25:03+05:60",
    "2020-01-13T21:25:03+0000",
    "2020-01-13T21:25:03.Z",
    "2020-01-13T21:25:03.1234567890Z",
    "2020-01-13T21:25:03Z\n",
    "+2020-01-13T21:25:03Z",
  ])("%j is refused", text => {
    expect([isTakenByCore(text), isTakenBySandbox(text)]).toEqual([false, false]);
  });

  it("is accepted if and only if the sandbox accepts it", () => {
    const two = (max: number) => fc.nat(max).map(n => `${n}`.padStart(2, "0"));
    const edge = (max: number) => fc.oneof(two(99), two(max), fc.constantFrom("00", "01", `${max}`));
    const parts = fc.tuple(
      ...[fc.constantFrom("0000", "0001", "2020", "9999", "020"), fc.constant("-")],
      ...[edge(12), fc.constant("-"), edge(31), fc.constantFrom("T", "T", "T", "t", " ")],
      ...[edge(24), fc.constant(":"), edge(59), fc.constant(":"), edge(59)],
      fc.constantFrom("", "", ".", ".0", ".000", ".123456789", ".0000000000"),
      fc.oneof(
        fc.constantFrom("Z", "Z", "z", "", "+0000"),
        fc.tuple(fc.constantFrom("+", "-"), edge(18), fc.constant(":"), edge(59)).map(each => each.join("")),
      ),
      fc.constantFrom("", "", "", "", "\n", "x"),
    );
    let taken = 0;
    fc.assert(
      fc.property(parts, each => {
        const text = each.join("");
        const isTaken = isTakenByCore(text);
        expect(isTakenBySandbox(text), JSON.stringify(text)).toBe(isTaken);
        if (isTaken) taken++;
      }),
      { numRuns: numRuns(2_000) },
    );
    expect(taken).toBeGreaterThan(20);
  });
});
