import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depthMax } from "../../functions/persister/limits.ts";
import { envelopeDepth } from "../../functions/stitchstream/reader.ts";
import { requestsOf } from "../persister/delivery.ts";
import { numRuns as runs } from "../runs.ts";
import { convert } from "./convert.ts";

const numRuns = runs(1_000);
const json = (text: string | Uint8Array) => convert(text, "json", "json");

/** JSON text with spaces where a writer may put them, like Python's. */
const spaced = (value: unknown) => JSON.stringify(value, null, 1).replaceAll("\n", " ");

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const newline = 0x0a;
const space = 0x20;

/** A few names, so that they repeat, and halves of surrogate pairs. */
const piece = fc.constantFrom(
  "a",
  "b",
  "\\u0061",
  "é",
  "😀",
  "\\ud83d",
  "\\uDE00",
  "\\n",
  '\\"',
  "\\/",
  "\u007f",
);
const stringText = fc.array(piece, { maxLength: 3 }).map(pieces => `"${pieces.join("")}"`);
const spaces = fc.constantFrom("", "", "", " ", "\t", "\r");
const { jsonText } = fc.letrec<{ jsonText: string }>(tie => {
  const spacedText = fc.tuple(spaces, tie("jsonText"), spaces).map(each => each.join(""));
  const member = fc
    .tuple(spaces, stringText, spaces, spacedText)
    .map(([a, name, b, of]) => `${a}${name}${b}:${of}`);
  return {
    jsonText: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(
        stringText,
        fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?$/),
        fc.constantFrom("true", "false", "null", "{}", "[ ]"),
        fc.integer({ min: 120, max: 135 }).map(depth => "[".repeat(depth) + "]".repeat(depth)),
      ),
      fc.array(member, { maxLength: 3 }).map(members => `{${members.join(",")}}`),
      fc.array(spacedText, { maxLength: 3 }).map(values => `[${values.join(",")}]`),
    ),
  };
});

/** Whether docs/format.md refuses what JSON.parse accepts: a repeated name, or nesting too deep. */
function isRefused(text: string, parsed: unknown): boolean {
  const outsideStrings = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "");
  const membersWritten = outsideStrings.split(":").length - 1;
  let [members, depth] = [0, 0];
  const walk = (value: unknown, at: number) => {
    if (typeof value !== "object" || value === null) return;
    depth = Math.max(depth, at);
    for (const each of Object.values(value)) {
      if (!Array.isArray(value)) members++;
      walk(each, at + 1);
    }
  };
  // A value by itself begins within a message.
  walk(parsed, envelopeDepth + 1);
  return membersWritten > members || depth > depthMax;
}

describe("the JSON reader and JSON.parse", () => {
  it("read the same of any value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
        expect(JSON.parse(json(spaced(value)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns },
    );
  });

  it("accept the same text, whole, cut or with a byte changed, except what docs/format.md refuses", () => {
    const changes = fc.option(fc.record({ place: fc.nat(), byte: fc.nat(255), isCut: fc.boolean() }));
    fc.assert(
      fc.property(jsonText, changes, (whole, change) => {
        const bytes = Buffer.from(whole);
        const at = change === null ? bytes.length : change.place % bytes.length;
        if (change !== null) bytes[at] = change.byte === newline ? space : change.byte;
        const read = attempt(() => JSON.parse(json(change?.isCut ? bytes.subarray(0, at) : bytes)));
        const text = attempt(() => strict.decode(change?.isCut ? bytes.subarray(0, at) : bytes))?.value;
        const parsed = attempt(() => JSON.parse(text!) as unknown);
        if (parsed === undefined || isRefused(text!, parsed.value)) expect(read).toBeUndefined();
        else expect(read).toEqual(parsed);
      }),
      { numRuns: 2 * numRuns },
    );
  });

  it("keeps every digit of a number", () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?$/);
    fc.assert(
      fc.property(digits, number => {
        expect(json(`[${number}]`)).toBe(`[${number}]`);
      }),
      { numRuns },
    );
  });

  it("accepts only UTF-8", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), bytes => {
        const inner = bytes
          .map(byte => (byte < 0x80 ? byte | 0x40 : byte))
          .map(byte => (byte === 0x5c ? 0x41 : byte));
        const text = Buffer.concat([Buffer.from('"'), inner, Buffer.from('"')]);
        const isUtf8 = attempt(() => strict.decode(text)) !== undefined;
        expect(attempt(() => json(text)) !== undefined).toBe(isUtf8);
      }),
      { numRuns },
    );
  });

  it.each([
    ["a name twice", '{"a":1,"a":2}'],
    ["a name twice, once in escapes", '{"a":1,"\\u0061":2}'],
    ["a repeated name among many", `{${Array.from({ length: 40 }, (_, i) => `"k${i}":1`)},"k7":2}`],
    ["a number that is not valid", "[NaN]"],
    ["a leading zero", "[01]"],
    ["a control character", '"\u0001"'],
  ])("refuses %s", (_name, text) => {
    expect(() => json(text)).toThrow();
  });

  it("treats `__proto__` and `constructor` like other names", () => {
    const text = '{"__proto__":{"a":1},"constructor":2}';
    expect(json(text)).toBe(text);
  });

  it("finds a message's fields among hundreds of others, in any place", () => {
    const others = Array.from({ length: 300 }, (_, i) => [`k${i}`, i] as const);
    const fields = [
      ["type", "RECORD"],
      ["stream", "s"],
      ["key_fields", ["id"]],
      ["record", { id: 1 }],
    ] as const;
    const orders = [
      [...others, ...fields],
      [...fields, ...others],
      [...others, ...fields.toReversed()],
    ];
    const lines = orders.map(entries => JSON.stringify(Object.fromEntries(entries)));
    const { requests } = requestsOf(`stitchstream/0.1\nContent-Type: jsonline\n--\n${lines.join("\n")}`);
    expect(JSON.parse(Buffer.from(requests[0]!.body).toString())).toHaveLength(3);
  });

  it("refuses nesting that is too deep, at low cost", () => {
    expect(() => json("[".repeat(1_000_000))).toThrow(/nested deeper/);
  });
});

const attempt = <T>(run: () => T) => {
  try {
    return { value: run() };
  } catch {
    return undefined;
  }
};
