import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requestsOf } from "../persister/delivery.ts";
import { numRuns as runs } from "../runs.ts";
import { convert } from "./convert.ts";

const numRuns = runs(1_000);
const json = (text: string | Uint8Array) => convert(text, "json", "json");

/** JSON text with spaces where a writer may put them, as Python does. */
const spaced = (value: unknown) => JSON.stringify(value, null, 1).replaceAll("\n", " ");

describe("the JSON reader and JSON.parse", () => {
  it("read the same of any value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
        expect(JSON.parse(json(spaced(value)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns },
    );
  });

  it("refuse the same text, cut or changed at any byte", () => {
    const bent = fc.tuple(
      fc.jsonValue({ maxDepth: 3 }),
      fc.nat(),
      fc.integer({ min: 1, max: 127 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(bent, ([value, place, byte, cut]) => {
        const text = JSON.stringify(value);
        const at = place % text.length;
        const other = cut
          ? text.slice(0, at)
          : text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
        if (other.includes("\n") || other.trim() === "") return;
        const parsed = attempt(() => JSON.parse(other));
        const read = attempt(() => JSON.parse(json(other)));
        if (parsed === undefined) expect(read).toBeUndefined();
        else if (read !== undefined) expect(read.value).toEqual(parsed.value);
      }),
      { numRuns },
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

  it("takes UTF-8 and nothing else", () => {
    const strict = new TextDecoder("utf-8", { fatal: true });
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
    ["a name twice among many", `{${Array.from({ length: 40 }, (_, i) => `"k${i}":1`)},"k7":2}`],
    ["half a surrogate pair", '"\\ud83d"'],
    ["the pair's wrong half", '"\\ude00\\ud83d"'],
    ["NaN", "[NaN]"],
    ["a leading zero", "[01]"],
    ["a control character", '"\u0001"'],
  ])("refuses %s", (_name, text) => {
    expect(() => json(text)).toThrow();
  });

  it("takes `__proto__` and `constructor` as names like others", () => {
    const text = '{"__proto__":{"a":1},"constructor":2}';
    expect(json(text)).toBe(text);
  });

  it("knows a message's fields among hundreds of others, wherever they stand", () => {
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

  it("refuses what is nested too deep, cheaply", () => {
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
