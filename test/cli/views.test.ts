import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Findings } from "../../cli/findings.ts";
import { statusText, streamersText } from "../../cli/status.ts";
import { tableOf } from "../../cli/table.ts";
import { cut, folded, type View, visible, widthOf, withoutControls, wrapped } from "../../cli/text.ts";
import type { Row } from "../../functions/page/answers.ts";
import { numRuns } from "../runs.ts";

/** The output of commands, for the widths of terminals. */
const now = Date.parse("2026-11-26T12:00:00Z");
const before = (seconds: number) => new Date(now - seconds * 1_000).toISOString();
const view = (width: number, hasColors = false): View => ({ width, now, hasColors });

const well = { revision: 8, deliveries: 7, records: 10_412, expectedInterval: 3_600 } as const;
const fleet: readonly Row[] = [
  { ...well, streamer: "chargebee-production-eu", state: "stale", bookmarkAge: 200_000 },
  {
    ...well,
    streamer: "github",
    state: "failing",
    committedAt: before(90_000),
    bookmarkAge: 90_000,
    lastFailure: {
      at: before(3_000),
      delivery: "019a7b3e-1111-7222-8333-444444444444",
      code: "invalid-records",
      hint: "Fix the fields that `errors` names.",
      line: 12_345,
      stream: "issues",
      field: "id",
      message: "the key is null: a key tells one row from another",
    },
  },
  {
    ...well,
    streamer: "drift",
    state: "running",
    bookmarkAge: 400,
    inFlight: { delivery: "019b", since: before(75), segment: 3, until: before(-20) },
  },
];

describe("the status", () => {
  it("has on 40 columns what matters most", () => {
    const [first, , ...lines] = statusText(fleet, view(40)).split("\n");
    expect(first).toBe("2 of 3 streamers need attention.");
    expect(lines.slice(0, 4)).toEqual([
      "streamer            state    bookmark",
      "chargebee-product…  stale    2 d 7 h ago",
      "github              failing  1 d 1 h ago",
      "drift               running  6 min ago",
    ]);
    const trouble = ["github failed 50 min ago:", "invalid-records, line 12,345, field id,"];
    expect(lines.join("\n")).toContain(`${trouble.join("\n")}\nstream issues: the key is null`);
  });

  it("has on 200 columns everything", () => {
    const lines = statusText(fleet, view(200)).split("\n");
    const failed = "50 min ago: invalid-records, line 12,345, field id";
    expect(lines[4]!.split(/ {2,}/)).toEqual(["github", "failing", "1 d 1 h ago", "1 h", failed]);
    expect(lines[5]).toMatch(/^drift +running +6 min ago +1 h +for 1 min, segment 3$/);
  });

  it("leaves out most of those that are up to date, and says so", () => {
    const many = Array.from({ length: 30 }, (_, n): Row => ({ ...well, streamer: `s${n}`, state: "ok" }));
    const said = statusText([...fleet, ...many], view(80));
    expect(said).toContain("\n10 more are up to date: see persist streamers.\n");
    expect(said.match(/^s\d+ /gm)).toHaveLength(20);
    expect(statusText(many.slice(0, 21), view(80))).toContain("\n1 more is up to date: see ");
    expect(statusText([], view(80))).toBe("No streamers yet.");
  });

  it.each([40, 80, 200])("fits %d columns", width => {
    for (const text of [statusText(fleet, view(width)), streamersText(fleet, view(width))])
      for (const line of text.split("\n")) expect(widthOf(line), line).toBeLessThanOrEqual(width);
  });

  it("has colors where the terminal has", () => {
    expect(statusText(fleet, view(80, true))).toContain("\u001b[31mfailing\u001b[0m");
    expect(statusText(fleet, view(80))).not.toContain("\u001b");
  });
});

describe("a table", () => {
  it("fits every width that its names fit", () => {
    const cells = fc.record({ name: fc.string({ unit: "grapheme" }), size: fc.nat().map(String) });
    const columns = [
      { name: "name", min: 4 },
      { name: "size", isNumber: true, drop: 1 },
    ] as const;
    const fits = fc.property(
      fc.array(cells, { maxLength: 5 }),
      fc.integer({ min: 4, max: 80 }),
      (rows, width) => {
        const lines = tableOf(columns, rows, view(width)).split("\n");
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      },
    );
    void fc.assert(fits, { numRuns: numRuns(30) });
  });

  it("that is too wide leaves out a column without any text first", () => {
    const columns = [{ name: "a" }, { name: "nothing", drop: 1 }, { name: "b", drop: 2 }] as const;
    const rows = [{ a: "some text", nothing: "", b: "other" }];
    expect(tableOf(columns, rows, view(80))).toContain("nothing");
    expect(tableOf(columns, rows, view(18))).not.toContain("nothing");
    expect(tableOf(columns, rows, view(18))).toContain("other");
  });

  it("cuts wide characters as a terminal shows them", () => {
    const rows = [{ name: "日本語日本語" }];
    expect(tableOf([{ name: "name", min: 4 }], rows, view(8)).split("\n")).toEqual(["name", "日本語…"]);
  });
});

describe("a text", () => {
  it("of others can't control the terminal", () => {
    const findings = new Findings("a\u001b[2J.stitchstream");
    findings.hasAny = true;
    findings.addContents([["a\u001b]0;b\u0007", { records: 1 }]], 0);
    expect(findings.text()).toBe("a\\u001b[2J.stitchstream: 1 record (a\\u001b]0;b\\u0007 1), 0 bookmarks");
    findings.addFaults([{ line: 1, stream: "\u009b", message: "\u001bc" }], 1);
    expect(findings.text()).toBe('a\\u001b[2J.stitchstream:1: stream "\\u009b": \\u001bc');
    expect(visible("a\u001b[2Jb\u009b1m\u202ec\r\n d")).toBe("a\\u001b[2Jb\\u009b1m\\u202ec d");
  });

  it("of several lines keeps them, and JSON means the same", () => {
    expect(withoutControls("a\nb\r\u001b[2J")).toBe("a\nb\\u000d\\u001b[2J");
    const json = JSON.stringify({ a: "\u009b\u202e\n\u001b" }, undefined, 2);
    expect(JSON.parse(withoutControls(json))).toEqual(JSON.parse(json));
  });

  it.each([
    ["short", 10, "short"],
    ["exactly ten", 11, "exactly ten"],
    ["more than ten", 10, "more than…"],
  ])("%j of %d columns is cut to %j", (text, width, result) => {
    expect(cut(text, width)).toBe(result);
  });

  it("of several lines is folded between words, after the indent of each", () => {
    expect(folded("one two three\n  four https://a.example/long", 9)).toBe(
      "one two\nthree\n  four\n  https://a.example/long",
    );
  });

  it("is wrapped after its indent, also in the midst of a long word", () => {
    expect(wrapped("one two threefourfive", 10, 2)).toEqual(["  one two", "  threefou", "  rfive"]);
    expect(wrapped("one two", Number.POSITIVE_INFINITY, 2)).toEqual(["  one two"]);
  });
});
