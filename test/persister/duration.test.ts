import { expect, it } from "vitest";
import { durationMilliseconds } from "../../functions/persister/duration.ts";

const hour = 3_600_000;

it.each([
  ["PT1H", hour],
  ["PT90M", 1.5 * hour],
  ["PT3600S", hour],
  ["P1D", 24 * hour],
  ["P1DT12H", 36 * hour],
  ["P1DT2H3M4S", 26 * hour + 184_000],
  ["P2W", 14 * 24 * hour],
  ["PT0S", 0],
])("%s is %d ms", (text, milliseconds) => {
  expect(durationMilliseconds(text)).toBe(milliseconds);
});

it.each(["", "P", "PT", "P1DT", "P1M", "P1Y", "PT1.5H", "P1W1D", "-PT1H", "pt1h", "PT1H ", "1H", "PT1M1H"])(
  "%j is no accepted duration",
  text => {
    expect(durationMilliseconds(text)).toBeUndefined();
  },
);
