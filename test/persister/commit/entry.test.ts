import { expect, it } from "vitest";
import { entryCommitOf, lastFailureOf, longestGap } from "../../../functions/persister/commit/entry.ts";
import { gapsAfter } from "../../../functions/persister/commit/gaps.ts";
import { PersisterError } from "../../../functions/persister/errors.ts";
import { streamerNameCharsMax } from "../../../functions/persister/limits.ts";
import type { Streamer } from "../../../functions/persister/store.ts";

/** A streamer's entry in the list of streamers. */
const at = Date.parse("2026-11-26T00:00:00Z");
const commit = (bookmarkAt: number) =>
  ({ revision: 1, at: bookmarkAt, by: "delivery", delivery: "d", bookmarkAt }) as const;
const streamer = (gaps: readonly number[], bookmarkAt = at): Streamer => ({
  name: "s",
  fence: 1,
  stamp: "s",
  lastSequence: 1n,
  commit: commit(bookmarkAt),
  gaps,
});

it("knows the longest of the last ten gaps between bookmarks, from the third on", () => {
  let now = at;
  let known: readonly number[] = [];
  const longest: (number | undefined)[] = [];
  for (const hours of [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) {
    const before = streamer(known, now);
    now += hours * 3_600_000;
    known = gapsAfter(before, now)!;
    longest.push(longestGap({ gaps: known }));
  }
  expect(longest).toEqual([undefined, undefined, ...Array(9).fill(7_200), 3_600, 3_600]);
  expect(known).toHaveLength(10);
});

it("keeps the gaps between runs while a run of many segments commits each of them", () => {
  const hourly = Array<number>(10).fill(3_600);
  let now = at;
  let gaps: readonly number[] = hourly;
  for (let n = 0; n < 20; n++) {
    const before = streamer(gaps, now);
    now += 5_000;
    gaps = gapsAfter(before, now)!;
  }
  expect(gaps).toEqual(hourly);
  expect(gapsAfter(streamer([5, 5, 5, 5, 5, 5, 5, 5, 5, 3_600]), at + 5_000)).toEqual([
    5, 5, 5, 5, 5, 5, 5, 5, 3_600, 5,
  ]);
});

it("is not failing for a delivery that came second", () => {
  for (const code of ["delivery-in-flight", "superseded"] as const)
    expect(lastFailureOf(new PersisterError(code, "later"), "d", at)).toBeUndefined();
  expect(lastFailureOf(new Error("broken"), "d", at)).toEqual({ at, delivery: "d", code: "internal" });
});

it("has at most 1 kB, whatever the texts are", () => {
  const long = "✓😀".repeat(500);
  const fault = { line: 100_000_000, stream: long, field: long, message: long };
  const error = new PersisterError("inflated-too-large", long, { hint: long, faults: [fault] });
  const delivery = "01a2152c-d0e5-709c-ba93-f5f3f3650d69";
  const lastFailure = lastFailureOf(error, delivery, at);
  const made = { ...streamer(Array(10).fill(99_999_999)), totals: { deliveries: 1e12, records: 1e15 } };
  const name = "s".repeat(streamerNameCharsMax);
  const notice = { staleSince: at, notifiedAt: at };
  const item = { pk: "streamers#a", sk: name, since: at, expectedEvery: "P3650DT999999H", ...notice };
  expect(sizeOf({ ...item, ...entryCommitOf(made), lastFailure })).toBeLessThanOrEqual(1_024);
});

/** docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return Math.ceil(String(value).length / 2) + 1;
  const members = Object.entries(value as object);
  return 3 + members.reduce((sum, [name, each]) => sum + 1 + Buffer.byteLength(name) + sizeOf(each), 0);
}
