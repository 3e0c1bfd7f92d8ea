import fc from "fast-check";
import { isLosslessNumber, parse } from "lossless-json";
import { describe, expect, it } from "vitest";
import { fromJson } from "../../infra/local/import-api/json.ts";
import { Digits, toJson, type Value } from "../../infra/local/import-api/values.ts";

/** The sandbox's reader of JSON, with lossless-json and JSON.parse as oracles. */
function plain(value: unknown): Value {
  if (isLosslessNumber(value)) return new Digits(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value as Value;
  return new Map(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

const number = fc
  .tuple(fc.bigInt(), fc.constantFrom("", ".5", ".250", "e5", "E-07", ".1e+300", "e999"))
  .map(([whole, rest]) => `${whole}${rest}`);
const string = fc
  .string({ unit: fc.constantFrom("a", '"', "\\", "/", "\n", "\u0001", "é", "✓", "😀", "\ud800") })
  .map(text => JSON.stringify(text).replace("a", () => "\\u0061"));
const { value: text } = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("null", "true", "false"),
    number,
    string,
    fc.array(tie("value"), { maxLength: 4 }).map(items => `[ ${items.join(",\n")}]`),
    fc
      .array(tie("value"), { maxLength: 4 })
      .map(values => `{${values.map((each, n) => `"k${n}" :\t${each}`).join(" ,")}}`),
  ),
}));

describe("the sandbox reads JSON", () => {
  it("as lossless-json does, with every digit", () => {
    fc.assert(
      fc.property(text, each => {
        expect(toJson(fromJson(each))).toBe(toJson(plain(parse(each))));
      }),
    );
  });

  it("and refuses what JSON.parse refuses", () => {
    const cut = fc.tuple(text, fc.nat(), fc.constantFrom("", ",", "]", "}", "0", "x", '"', "\\", " "));
    fc.assert(
      fc.property(cut, ([each, place, other]) => {
        const at = place % (each.length + 1);
        const changed = each.slice(0, at) + other + each.slice(at + 1);
        const refusal = refusalOf(() => fromJson(changed));
        // Two members of one name, which JSON.parse accepts, may come before the fault that it finds.
        if (refusal?.startsWith("Duplicate key") === true) return;
        expect(refusal !== undefined).toBe(refusalOf(() => JSON.parse(changed)) !== undefined);
      }),
      { numRuns: 1_000 },
    );
  });

  it("with names that are equal only if their values are, in their order", () => {
    expect(toJson(fromJson('{"b":1,"2":0,"1":0,"b":1}'))).toBe('{"b":1,"2":0,"1":0}');
    expect(() => fromJson('{"b":1,"b":1.0}')).toThrow(SyntaxError);
  });
});

/** Returns the message of the SyntaxError that `read` throws; undefined if it throws nothing. */
function refusalOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return (error as Error).message;
  }
}
