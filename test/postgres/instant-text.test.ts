import { expect, it } from "vitest";
import { isExactInstant } from "../../functions/postgres/instant-text.ts";

const isExact = (text: string) => isExactInstant(Buffer.from(`"${text}"`), 1, text.length + 1);

it.each([
  ["2026-11-26T08:00:00Z", true],
  ["2026-11-26T23:59:59.123456Z", true],
  ["2026-11-26T08:00:00.123456000+01:00", true],
  ["2024-02-29T00:00:00-15:59", true],
  ["0001-01-01T00:00:00Z", true],
  ["2026-11-26T08:00:00.1234567Z", false],
  ["2023-02-29T00:00:00Z", false],
  ["2026-02-30T00:00:00Z", false],
  ["2026-00-10T00:00:00Z", false],
  ["2026-13-10T00:00:00Z", false],
  ["2026-11-00T00:00:00Z", false],
  ["2026-11-31T00:00:00Z", false],
  ["2026-11-26T24:00:00Z", false],
  ["2026-11-26T08:60:00Z", false],
  ["2026-11-26T08:00:60Z", false],
  ["0000-01-01T00:00:00Z", false],
  ["20a6-11-26T08:00:00Z", false],
  ["2026-11-26T08:00:00+16:00", false],
  ["2026-11-26T08:00:00", false],
  ["2026-11-26T08:00:00.Z", false],
  ["+12026-11-26T08:00:00Z", false],
])("timestamptz holds %s exactly: %s", (text, holds) => {
  expect(isExact(text)).toBe(holds);
});
