import { expect, it } from "vitest";
import { areLikelyIdentifiers } from "../../functions/stitchstream/shapes/identifiers.ts";

/** Names by the last map that had each; the last one is new. */
const uses = (count: number, lastMap: (n: number) => number) =>
  Array.from({ length: count }, (_, n) => ({ lastMap: n === count - 1 ? 0 : lastMap(n) }));
const likely = (names: ReturnType<typeof uses>, foreseen = 0) => areLikelyIdentifiers(names, () => foreseen);

it("names are likely identifiers if none recurred in six maps", () => {
  expect(likely(uses(16, n => 1 + Math.floor(n / 2)))).toBe(true);
  expect(likely(uses(15, n => 1 + Math.floor(n / 2)))).toBe(false);
  expect(likely(uses(16, n => 1 + Math.floor(n / 4)))).toBe(false);
  expect(likely(uses(16, n => (n === 2 ? 8 : 1 + Math.floor(n / 2))))).toBe(false);
});

it("names are likely identifiers if few of 48 are in the current map", () => {
  const current = (few: number) => uses(48, n => (n < few ? 90 : 80 - n));
  expect(likely(current(7))).toBe(true);
  expect(likely(current(8))).toBe(false);
});

it("names that the schema knows don't count", () => {
  expect(
    likely(
      uses(16, n => 1 + Math.floor(n / 2)),
      1,
    ),
  ).toBe(false);
  expect(
    likely(
      uses(32, n => 1 + Math.floor(n / 2)),
      16,
    ),
  ).toBe(true);
});
