import fc from "fast-check";
import { expect, it } from "vitest";
import { type PlainPattern, plainPatternOf } from "../../functions/json-schema/plain-pattern.ts";
import { automataBytesMax, patternStatesBytesMax } from "../../functions/persister/limits.ts";
import { numRuns } from "../runs.ts";

const atom = fc.constantFrom(
  "a",
  "B",
  "7",
  "-",
  " ",
  "[a-f]",
  "[0-9a-f-]",
  "[+-.]",
  "[\\\\w.]",
  "\\d",
  "\\w",
  "\\.",
  "\\$",
);
const quantifier = fc.constantFrom("", "", "+", "*", "?", "{2}", "{0,3}", "{1,}");
const part = fc.tuple(atom, quantifier).map(parts => parts.join(""));
const pattern = fc
  .tuple(fc.array(part, { maxLength: 5 }), fc.constantFrom("$", ""))
  .map(([parts, end]) => `^${parts.join("")}${end}`)
  .filter(text => !text.includes("\\\\\\\\"));
const text = fc.string({ unit: fc.constantFrom(..."aBcf7-. +$z_é"), maxLength: 8 });

/** The letters a and b in many orders. */
const manyOrders = Array.from({ length: 500 }, (_, n) =>
  n.toString(2).replaceAll("1", "a").replaceAll("0", "b"),
).join("");

const memory = () => ({ statesBytesMax: patternStatesBytesMax, bytesLeft: automataBytesMax });
const compiled = (pattern: string) => plainPatternOf(pattern, memory());
/** Returns undefined if the text alone does not tell. */
const verdictOf = (pattern: PlainPattern | undefined, text: string) => {
  const bytes = new TextEncoder().encode(JSON.stringify(text).slice(1, -1));
  return pattern?.isIn(bytes, 0, bytes.length);
};

it("a plain pattern accepts only texts that match, and refuses only others", () => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 20 }), (each, texts) => {
      const expected = new RegExp(each, "u");
      const plain = compiled(each);
      for (const value of texts) {
        const found = verdictOf(plain, value);
        if (found === undefined) continue;
        expect(found).toBe(expected.test(value));
        if (found) accepted++;
        else refused++;
      }
    }),
    { numRuns: numRuns(1_000) },
  );
  expect(accepted).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(500);
});

it.each([
  ["^[0-9a-f-]{36}$", "531a379e-31bb-4ce1-8690-158dceb64be6"],
  ["^[A-Z]{3}$", "EUR"],
  ["^https://", "https://example.com"],
  ["^\\d{4}-\\d{2}-\\d{2}$", "2026-11-23"],
  ["^(open|closed)-(?:\\d+|x)$", "closed-17"],
  ["^(\\(a\\)|b)$", "(a)"],
  ["^a$|^b", "bc"],
  ["\\d{2}-\\d{2}", "on 11-23"],
  ["^[^@]+@[^@]+\\.[a-z]+$", "a.b@example.org"],
  ["^.{1,6}$", "日本語 é"],
  ["^\\S+$", "naïve"],
  ["^a*ab$", "aaab"],
  ["^((a|b)c)+$", "acbc"],
  ["^(a|ab)(c|bcd)$", "abcd"],
  ["^\\d+(\\.\\d+)*$", "1.20.3"],
  ["^a*a*a*a*a*a*b$", `${"a".repeat(6_000)}b`],
  ["^(a|aa)+?$", "a".repeat(6_000)],
  ["^.{1,1000}$", "日".repeat(900)],
  ["(a|b)*a(a|b){5}$", manyOrders],
  ["^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "531a379e-31bb-4ce1-8690-158dceb64be6"],
])("%s accepts %s", (each, value) => {
  expect(verdictOf(compiled(each), value)).toBe(true);
});

it.each([
  ["^[A-Z]{3}$", "eur"],
  ["^(open|closed)$", "opened"],
  ["^.{1,3}$", "日本語 é"],
  ["^\\S+$", "a b"],
  ["a+b", "aaa"],
  ["^((a|b)c)+$", "acb"],
  ["^(a*)*$", "b"],
  ["^a{2}$", "a"],
  ["^a*a*a*a*a*a*b$", "a".repeat(6_000)],
  ["^(a|aa)+$", `${"a".repeat(6_000)}b`],
  ["^.{1,100}$", "日".repeat(101)],
  ["^a{2000}$", "a".repeat(50)],
])("%s refuses %s", (each, value) => {
  expect(verdictOf(compiled(each), value)).toBe(false);
});

it.each([
  ["^.+$", "a\nb"],
  ["^\\s$", "\u00a0"],
  ["^[^b]$", "\u2028"],
  ["^(a|b)*a(a|b){12}$", manyOrders],
  [".{1,400}x", "a".repeat(5_000)],
])("%s leaves %j to the pattern itself", (each, value) => {
  expect(verdictOf(compiled(each), value)).toBeUndefined();
});

it.each(["^(?=a)$", "^a++$", "^a{2001}$", "^((a{9}){9}){99}$", "^a\\b", "^[b-a]$", "^\\p{L}$"])(
  "%s is no plain pattern",
  each => {
    expect(compiled(each)).toBeUndefined();
  },
);

it("an automaton that has seen texts of many orders forgets them", () => {
  const pattern = compiled("^(a|b)*a(a|b){12}$");
  const short = ["a".repeat(20), "b".repeat(20)];
  const verdicts = (texts: readonly string[]) => texts.map(each => verdictOf(pattern, each));
  expect(verdicts([manyOrders, manyOrders])).toEqual([undefined, undefined]);
  // Only long texts let it make further states.
  for (let n = 0; n < 100; n++) verdicts(short);
  expect(verdicts(short)).toEqual([true, false]);
});

it("automata share their memory", () => {
  const shared = { ...memory(), bytesLeft: 100_000 };
  const patterns = Array.from({ length: 30 }, (_, n) => plainPatternOf(`^[a-z]{1,100}${n}$`, shared));
  const texts = patterns.map((_, n) => `${"x".repeat(99)}${n}`);
  const verdicts = patterns.map((each, n) => verdictOf(each, texts[n]!));
  expect(new Set(verdicts)).toEqual(new Set([true, undefined]));
  expect(shared.bytesLeft).toBeGreaterThanOrEqual(0);
});
