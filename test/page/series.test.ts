import { describe, expect, it } from "vitest";
import type { Row, State, Streamers } from "../../functions/page/answers.ts";
import { type Fleet, readFleet } from "../../functions/page/fleet.ts";
import { limitUsed, ranked } from "../../functions/page/ranking.ts";
import { amountsOf, usual } from "../../functions/page/series.ts";
import { bytes, duration, relative } from "../../functions/page/times.ts";

/** The numbers, the order and the words of the status page. */
const said = (text: string) => text.replace(/\s/g, " ");

describe("amounts by day", () => {
  const day = (date: string, streams: Record<string, number>) => ({
    date,
    records: Object.values(streams).reduce((sum, each) => sum + each, 0),
    bytes: 0,
    streams: Object.entries(streams).map(([stream, records]) => ({ stream, records, bytes: 0 })),
  });

  it("reach from the first known day to today, the largest stream first", () => {
    const days = [day("2026-11-24", { a: 1, b: 5 }), day("2026-11-01", { b: 2 })];
    const { dates, total, streams } = amountsOf(days, "records", "2026-11-26");
    expect([dates.length, dates[0], dates.at(-1)]).toEqual([26, "2026-11-01", "2026-11-26"]);
    expect(streams.map(({ name }) => name)).toEqual(["b", "a"]);
    expect(total.amounts.slice(-3)).toEqual([6, 0, 0]);
    expect(streams[0]!.amounts[0]).toBe(2);
  });

  it("are at least two weeks and at most five", () => {
    const lengthOf = (first: string) =>
      amountsOf([day(first, { a: 1 })], "records", "2026-11-26").dates.length;
    expect([lengthOf("2026-11-26"), lengthOf("2020-01-01")]).toEqual([14, 35]);
  });

  it("of a usual day are the median of the days with any", () => {
    expect([usual([0, 9, 1, 5, 0]), usual([0, 0]), usual([])]).toEqual([5, 0, 0]);
  });
});

describe("streamers", () => {
  const now = Date.parse("2026-11-26T12:00:00Z");
  const row = (streamer: string, state: State, age: number, left: number): Row => ({
    streamer,
    state,
    revision: 1,
    deliveries: 1,
    records: 1,
    bookmarkAge: age,
    staleAt: new Date(now + left * 1_000).toISOString(),
  });

  it("are ranked by state, then by how much of their limit is used", () => {
    const rows = [
      row("fine", "ok", 10, 90),
      row("late", "ok", 80, 20),
      row("b", "failing", 1, 9),
      row("a", "failing", 1, 9),
      row("gone", "stale", 400, -100),
      row("lost", "stale", 4_000, -3_000),
      row("busy", "running", 1, 9),
    ];
    const names = ranked(rows, now).map(({ streamer }) => streamer);
    expect(names).toEqual(["lost", "gone", "a", "b", "busy", "late", "fine"]);
    expect(limitUsed(rows[1]!, now)).toBe(0.8);
  });

  it("of more than a page are read page by page, the troubled ones after the first", async () => {
    const asked: string[] = [];
    const read = async (query: { after?: string | undefined; state?: State }): Promise<Streamers> => {
      asked.push(query.state ?? query.after ?? "");
      if (query.state !== undefined) return { streamers: [row("z", query.state, 1, 1)] };
      return query.after === undefined
        ? { next: "m", streamers: [row("a", "ok", 1, 1)] }
        : { streamers: [row("n", "ok", 1, 1)] };
    };
    const seen: (readonly [number, boolean])[] = [];
    let last: Fleet | undefined;
    for await (last of readFleet(read)) seen.push([last.rows.size, last.isWhole]);
    expect(asked).toEqual(["", "stale", "failing", "m", "running"]);
    expect(seen).toEqual([
      [1, false],
      [2, false],
      [2, false],
      [3, true],
      [3, true],
    ]);
    expect(last?.rows.get("z")?.state).toBe("running");
  });
});

it.each([
  [0, "0 s"],
  [59, "59 s"],
  [300, "5 min"],
  [3_900, "1 h 5 min"],
  [90_000, "1 d 1 h"],
  [20 * 86_400 + 7_200, "20 d"],
])("%d seconds are %s", (seconds, words) => {
  expect(said(duration(seconds))).toBe(words);
});

it("instants are before or after now, and sizes have three digits", () => {
  expect([relative(0, 400), said(relative(0, 60_000)), said(relative(60_000, 0))]).toEqual([
    "now",
    "1 min ago",
    "in 1 min",
  ]);
  expect([0, 999, 1_240, 123_456, 5e12].map(bytes)).toEqual(["0 B", "999 B", "1.2 kB", "123 kB", "5 TB"]);
});
