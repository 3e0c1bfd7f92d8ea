import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importApiDialect } from "../../functions/import-api/rules.ts";
import { NotASchema } from "../../functions/json-schema/index.ts";
import { re2Of } from "../../functions/json-schema/pattern-syntax.ts";
import { Patterns } from "../../functions/json-schema/patterns.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import * as limits from "../../functions/persister/limits.ts";
import { asPythonPrints } from "../../functions/values/python-text.ts";
import { requestsOf } from "../persister/delivery.ts";
import { numRuns } from "../runs.ts";
import { wholeJsonSchema } from "./json-schema-rules.ts";

const classes = [
  "[a-c]",
  "[^a-c]",
  "[\\s\\S]",
  "[^\\s-]",
  "[\\S]",
  "[.\\]\\u00e9]",
  "[\\w\\-.]",
  "[[]",
  "[^]",
  "[]",
  "[[^]",
  "[\\ud83d\\ude00]",
];
const atoms = [
  "a",
  "b",
  ".",
  "\\.",
  "\\d",
  "\\D",
  "\\w",
  "\\s",
  "\\S",
  "\\u00e9",
  "\\u{1f600}",
  "\\ud83d\\uDE00",
  "\\/",
  "-",
];
/** Without `\B`, which V8 matches within a surrogate pair. */
const asserted = ["^", "$", "\\b"];
const counts = ["", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?"];
const { pattern } = fc.letrec<{ pattern: string; part: string }>(tie => ({
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...asserted),
    fc.tuple(fc.constantFrom(...atoms, ...classes), fc.constantFrom(...counts)).map(each => each.join("")),
    fc
      .tuple(fc.constantFrom("(", "(?:", "(?<n>"), tie("pattern"), fc.constantFrom(...counts))
      .map(([open, inner, count]) => `${open}${inner})${count}`),
  ),
  pattern: fc.oneof(
    { weight: 3, arbitrary: fc.array(tie("part"), { maxLength: 4 }).map(parts => parts.join("")) },
    fc.array(tie("part"), { minLength: 2, maxLength: 3 }).map(parts => parts.join("|")),
  ),
}));
const characters = ["a", "b", "é", "😀", "0", "_", "-", ".", "]", " ", "\n", "\r", "\v", "\u00a0", "\u2028"];
const text = fc.array(fc.constantFrom(...characters), { maxLength: 6 }).map(each => each.join(""));
/** Parts in a row and groups of alternatives. */
const plain = fc
  .array(
    fc.oneof(
      fc
        .tuple(
          fc.constantFrom(...["a", "b", ".", "\\.", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "-"]),
          fc.constantFrom(...counts),
        )
        .map(each => each.join("")),
      fc
        .tuple(
          fc.constantFrom("[a-c]", "[^a-c]", "[^\\s@]", "[^-\\d]", "[\\w.-]", '[^"]'),
          fc.constantFrom(...counts),
        )
        .map(each => each.join("")),
      fc
        .tuple(
          fc.constantFrom("(a|b)", "(?:ab|[^a]|)", "(\\d+|x)", "(a*b?)", "((a|ab)+c?)"),
          fc.constantFrom(...counts),
        )
        .map(each => each.join("")),
    ),
    { maxLength: 5 },
  )
  .chain(parts =>
    fc
      .constantFrom(...["", "^", "a|"])
      .chain(start => fc.constantFrom("", "$", "|b$").map(end => start + parts.join("") + end)),
  );
/** Characters that some dialect takes for a space or a line's end, and others near them. */
const anyText = fc.string({
  unit: fc.constantFrom(
    ...'abc7_-. @"\\/\t\n\r\u007féßあ日€😀',
    ..."\u0085\u00a0\u00a9\u0100\u1680\u1e00\u2000\u2028\u2029\u205f\u2060\u3000\u3001\ufeff\ufffd",
  ),
  maxLength: 8,
});
const free = () => {};
const patterns = new Patterns(wholeJsonSchema, limits);
const javas = new Patterns(importApiDialect, limits);
await Promise.all([patterns.load(), javas.load()]);

it("a pattern matches where ECMA's does", () => {
  let found = 0;
  let tried = 0;
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 6 }), (given, texts) => {
      // ECMA refuses a repeated name.
      fc.pre((given.match(/\?<n>/g) ?? []).length < 2);
      const ours = patterns.compile(given, free);
      const theirs = new RegExp(given, "u");
      expect(ours, given).not.toBeNull();
      for (const each of texts) {
        expect(ours!.isIn(each, free), JSON.stringify([given, each])).toBe(theirs.test(each));
        tried++;
        if (theirs.test(each)) found++;
      }
    }),
    { numRuns: numRuns(400) },
  );
  expect(found / tried).toBeGreaterThan(0.1);
  expect(found / tried).toBeLessThan(0.9);
});

it("a plain pattern says of a text's bytes what the pattern says, or nothing", () => {
  const known = { matches: 0, others: 0 };
  fc.assert(
    fc.property(
      // ECMA refuses a repeated name.
      fc.oneof(
        pattern.map(each => each.replaceAll("?<n>", "")),
        plain,
      ),
      fc.array(fc.oneof(text, anyText), { minLength: 1, maxLength: 6 }),
      (given, texts) => {
        for (const each of [patterns, javas]) {
          const compiled = each.compile(given, free);
          for (const value of texts) {
            const json = JSON.stringify(value);
            for (const content of [json.slice(1, -1), asPythonPrints(json).slice(1, -1)]) {
              const bytes = new TextEncoder().encode(content);
              const isIn = compiled?.plain?.isIn(bytes, 0, bytes.length);
              if (isIn === undefined) continue;
              expect(isIn, JSON.stringify([given, content])).toBe(compiled!.isIn(value, free));
              known[isIn ? "matches" : "others"]++;
            }
          }
        }
      },
    ),
    { numRuns: numRuns(400) },
  );
  expect(known.matches).toBeGreaterThan(100);
  expect(known.others).toBeGreaterThan(100);
});

describe("patterns in other dialects", () => {
  it.each(["(?=a)b", "(?<!a)b", "(a)\\1", "(?i)a", "\\Aa", "[[:alpha:]]", "(?:a{1000}){1000}"])(
    "%s is left to the Import API",
    given => expect(patterns.compile(given, free)).toBeNull(),
  );
  it.each(["[", "(", "a**", "a\\", "(?<n", "b{2,1}"])("%s is not valid", given => {
    expect(() => patterns.compile(given, free)).toThrow(NotASchema);
  });
  it.each(["^\\d{4}\\-\\d{2}$", "\\'\\@\\#", "\\\\-"])("%s is checked despite its escapes", given => {
    expect(patterns.compile(given, free)).not.toBeNull();
  });
});

it("a pattern's size includes its repetitions", () => {
  const sizeOf = (given: string) => re2Of(given, false).size;
  expect(sizeOf("abc")).toBe(3);
  expect(sizeOf("(?:ab{10}){10}")).toBeGreaterThanOrEqual(110);
  expect(sizeOf("[ab]{100}c")).toBeGreaterThanOrEqual(101);
  expect(sizeOf("x{2,50}".repeat(10))).toBeGreaterThanOrEqual(500);
  expect(sizeOf("((x{9}){9}){9}")).toBeGreaterThanOrEqual(729);
  expect(sizeOf("((((")).toBeGreaterThanOrEqual(4);
});

describe("the work of patterns is counted", () => {
  const lineRefused = (patterns: string[], text: string): number | undefined => {
    const schema = { properties: { v: { allOf: patterns.map(each => ({ pattern: each })) } } };
    const messages = [
      { type: "SCHEMA", stream: "s", schema },
      { type: "RECORD", stream: "s", record: { v: text } },
    ];
    try {
      requestsOf(messages.map(each => JSON.stringify(each)).join("\n"));
      return undefined;
    } catch (error) {
      if (!(error instanceof PersisterError)) throw error;
      const [fault] = error.details.faults ?? [];
      expect(fault!.message).toContain("more work than its size allows");
      return fault!.line;
    }
  };

  it.each([
    ["many large ones", Array.from({ length: 60 }, (_, n) => `(?:ab?c){300}|${n}`), "x", 1],
    ["a large one, checked against a long text", ["^(?:[ab]{500}\\u00e9)*"], "ab".repeat(50_000), 2],
    [
      "as many as tables have",
      Array.from({ length: 300 }, (_, n) => `^([a-z]{2,8}-){4}\\d+|^1|${n}`),
      "1",
      undefined,
    ],
    ["a common one, checked against long texts", ["^[a-z]+$"], "ab".repeat(50_000), undefined],
  ] as const)("%s", (_name, patterns, text, line) => {
    expect(lineRefused([...patterns], text)).toBe(line);
  });
});
