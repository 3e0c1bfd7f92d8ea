import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commitsIn, rewindCommand } from "../../functions/page/commits.ts";
import { diff, nearChanges, prettyLines } from "../../functions/page/diff.ts";
import { parseTree } from "../../functions/page/json-tree.ts";

/** The difference of two bookmarks, as the page shows it. */
const between = (before: string, after: string) =>
  diff(parseTree(before), parseTree(after)).map(({ mark, text }) => `${mark}${text}`);

describe("the difference of two bookmarks", () => {
  it("names the members that changed, were added or removed, and no other", () => {
    expect(between('{"a":1,"b":{"c":2,"d":3},"gone":0}', '{"a":1,"b":{"c":2,"d":4},"new":[1]}')).toEqual([
      " {",
      '   "a": 1,',
      '   "b": {',
      '     "c": 2,',
      '-    "d": 3',
      '+    "d": 4',
      "   },",
      '-  "gone": 0',
      '+  "new": [',
      "+    1",
      "+  ]",
      " }",
    ]);
  });

  it("sees digits that a number can't hold", () => {
    expect(between("9007199254740993", "9007199254740992")).toEqual([
      "-9007199254740993",
      "+9007199254740992",
    ]);
    expect(between("1.0", "1")).toEqual(["-1.0", "+1"]);
  });

  it("reads a map of transit as one", () => {
    expect(between('["^ ","a",1,"b","~m5"]', '["^ ","b","~m6","c",2]')).toEqual([
      ' ["^ ",',
      '-  "a", 1,',
      '-  "b", "~m5",',
      '+  "b", "~m6",',
      '+  "c", 2',
      " ]",
    ]);
  });

  it("has every line of both values, whatever they are", () => {
    const side = (lines: readonly { mark: string; text: string }[], other: string) =>
      lines.filter(({ mark }) => mark !== other).map(({ text }) => text.replace(/,$/, ""));
    const without = (lines: readonly string[]) => lines.map(line => line.replace(/,$/, ""));
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.json({ maxDepth: 3 }), (a, b) => {
        const [before, after] = [parseTree(a), parseTree(b)];
        const lines = diff(before, after);
        expect(side(lines, "-")).toEqual(without(prettyLines(after)));
        expect(side(lines, "+").sort()).toEqual(without(prettyLines(before)).sort());
      }),
    );
  });

  it("omits what is far from a change", () => {
    const list = (changed: number) =>
      JSON.stringify(Array.from({ length: 50 }, (_, n) => (n === 25 ? changed : n)));
    const shown = nearChanges(diff(parseTree(list(1)), parseTree(list(2))), 2, 100);
    expect(shown).toHaveLength(8);
    expect([shown[0], shown.at(-1)]).toEqual([{ omitted: 24 }, { omitted: 23 }]);
  });
});

describe("the history", () => {
  const value = '{"z":1.50,"a":9007199254740993,"1":"it\'s <b>"}';
  const text =
    '{"streamer":"s","revision":2,"history":[{"revision":2,"committedAt":"2026-11-23T12:00:00.000Z",' +
    `"by":"forget","delivery":"d"},{"revision":1,"committedAt":"2026-11-23T11:00:00.000Z",` +
    `"by":"delivery","delivery":"c",` +
    `"bookmark":${value},"bookmarkType":"application/json"}]}`;

  it("keeps each bookmark's own text", () => {
    const { revision, commits, next } = commitsIn(text);
    expect([revision, next]).toEqual([2, undefined]);
    expect(commits.map(({ bookmark, by }) => [by, bookmark?.text])).toEqual([
      ["forget", undefined],
      ["delivery", value],
    ]);
  });

  it("has a command for the way back, quoted for a shell", () => {
    const [forget, first] = commitsIn(text).commits;
    expect(rewindCommand(first!, 2, "http://h/b")).toBe(
      'curl -X PUT -H "Authorization: Bearer $TOKEN" \\\n' +
        "  -H 'If-Match: \"2\"' \\\n  -H 'Content-Type: application/json' \\\n" +
        `  --data-binary '${value.replace("'", "'\\''")}' \\\n  'http://h/b'`,
    );
    expect(rewindCommand(forget!, 2, "http://h/b")).toMatch(/^curl -X DELETE [\s\S]*"2"/);
  });
});

it.each(["", "{", "[1,]", '{"a"}', "1 2", '"a'])("%j is not JSON", text => {
  expect(() => parseTree(text)).toThrow(SyntaxError);
});
