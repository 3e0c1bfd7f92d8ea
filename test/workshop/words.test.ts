import { describe, expect, it } from "vitest";
import { oneLine, type TextFile, textFiles } from "./tree.ts";

const self = "test/workshop/words.test.ts";

/** Everything that people read: documents, code with its comments and identifiers, settings. */
const written: readonly TextFile[] = textFiles(/\.(cjs|json|md|mjs|py|ts|yml)$|^\.ci\/run$/)
  // An earlier version of the code has written the fixtures.
  .filter(({ path }) => path !== self && !/(^|\/)(fixtures|vectors)\//.test(path))
  .map(({ path, text }) => ({ path, text: oneLine(text) }));

/** Words of the project's old dialect, examples of them, and what to write instead. */
const banned: readonly {
  readonly pattern: RegExp;
  readonly examples: readonly string[];
  readonly instead: string;
}[] = [
  {
    pattern: /\b[Mm]end(s|ed|ing)?\b|[a-z]Mend(?![a-z])|\bmend(?=[A-Z])/g,
    examples: ["the mend", "Mended", "integerMend", "mendOf"],
    instead: "fix, hint, what to do",
  },
  { pattern: /\bfor ever\b/gi, examples: ["for ever"], instead: "permanently, without limit" },
  { pattern: /\ball the same\b/gi, examples: ["all the same"], instead: "anyway" },
  { pattern: /\b(is|are) told\b/gi, examples: ["are told"], instead: "gets, receives, is reported" },
  { pattern: /\bwants\b/gi, examples: ["a record wants its key"], instead: "requires, needs, expects" },
  { pattern: /\bg(ive|ives|ave) way\b/gi, examples: ["gives way"], instead: "exits without committing" },
  { pattern: /(?<!there )\bis none\b/gi, examples: ["a schema that is none"], instead: "is not a valid …" },
  { pattern: /\bmay be left out\b/gi, examples: ["may be left out"], instead: "optional" },
  { pattern: /\bgo(es)? on from\b/gi, examples: ["goes on from"], instead: "resumes from" },
  { pattern: /\banew\b/gi, examples: ["begins anew"], instead: "again" },
  { pattern: /\bupon\b/gi, examples: ["upon a revision"], instead: "against, on top of, with `If-Match`" },
  { pattern: /\bwhose is it\b/gi, examples: ["Whose is it?"], instead: "--streamer is required" },
  { pattern: /\bwhere to\?/gi, examples: ["Where to?"], instead: "--endpoint is required" },
  {
    pattern: /\/\*\* (What|Whoever|Of) /g,
    examples: ["What a run needs.", "Whoever asks gets it.", "Of several, the first."],
    instead: "the subject first",
  },
];

/** Each place with a word, and some of the text around it. */
const placesOf = ({ path, text }: TextFile, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(
    ({ index }) => `${path}: …${text.slice(Math.max(0, index - 40), index + 40)}…`,
  );

describe("instead of", () => {
  it.each(banned)("$examples, write: $instead", ({ pattern, examples }) => {
    const seeds = examples.map(each => ({ path: "seed.ts", text: oneLine(`/** ${each}\n */`) }));
    expect(seeds.filter(each => placesOf(each, pattern).length === 0)).toEqual([]);
    expect(written.flatMap(each => placesOf(each, pattern))).toEqual([]);
  });

  it("a word that a line break divides, write it in one line or not at all", () => {
    const text = oneLine("/**\n * It waits for\n * ever.\n */\n# is\n# told");
    expect(placesOf({ path: "seed.ts", text }, /\bfor ever\b/g)).toHaveLength(1);
    expect(placesOf({ path: "seed.yml", text }, /\bis told\b/g)).toHaveLength(1);
  });

  it("and every room is read", () => {
    const rooms = new Set(written.map(({ path }) => path.split("/")[0]));
    const expected = [".ci", ".github", "cli", "docs", "examples", "functions", "infra", "streamers", "test"];
    expect(expected.filter(each => !rooms.has(each))).toEqual([]);
  });
});
