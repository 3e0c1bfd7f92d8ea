import { existsSync, readdirSync, readFileSync } from "node:fs";
import transit from "transit-js";
import { describe, expect, it } from "vitest";
import { requestsOf } from "../persister/delivery.ts";
import { convert } from "./convert.ts";

const exemplars = new URL("../../../shared/data/transit/", import.meta.url);
const oracle = transit.reader("json");
const read = (text: string) => oracle.read(text);

const body = (...lines: string[]) => `stitchstream/0.1\nContent-Type: transit\n--\n${lines.join("\n")}\n`;

describe("transit values as JSON", () => {
  it.each([
    ["an instant in ms", '"~m1468435557000"', '"2016-07-13T18:45:57.000Z"'],
    ["an instant as text", '"~t2016-07-13T18:45:57.000Z"', '"2016-07-13T18:45:57.000Z"'],
    ["an instant in another zone", '"~t2016-07-13T20:45:57+02:00"', '"2016-07-13T18:45:57.000Z"'],
    ["an instant before the epoch", '"~m-6106017600000"', '"1776-07-04T12:00:00.000Z"'],
    ["an integer of 64 bits", '"~i9007199254740993"', "9007199254740993"],
    ["the smallest of them", '"~i-9223372036854775808"', "-9223372036854775808"],
    ["a big integer", '"~n123456789012345678901234567890"', "123456789012345678901234567890"],
    ["a big decimal", '"~f12.3400"', "12.3400"],
    ["a double as text", '"~d1.5"', "1.5"],
    ["a bare number beyond 2^53", "9007199254740993", "9007199254740993"],
    ["a UUID", '"~u5a2cbea3-e8c6-428b-b525-21239370dd55"', '"5a2cbea3-e8c6-428b-b525-21239370dd55"'],
    [
      "a UUID as halves",
      '["~#u",[6497777973583037067,-5393868542025081515]]',
      '"5a2cbea3-e8c6-428b-b525-21239370dd55"',
    ],
    ["bytes", '"~baGVsbG8="', '"aGVsbG8="'],
    ["no bytes", '"~b"', '""'],
    ["bytes with the whole alphabet", '"~b+/az09AZ\\/w=="', '"+/az09AZ\\/w=="'],
    ["a URI", '"~rhttp://example.com/?a=1"', '"http://example.com/?a=1"'],
    ["a keyword", '"~:status"', '"status"'],
    ["a symbol", '"~$status"', '"status"'],
    ["a character", '"~cx"', '"x"'],
    ["a character of two escapes", '"~c\\ud83d\\ude00"', '"\\ud83d\\ude00"'],
    ["a byte-order mark as a character", '"~c\ufeff"', '"\ufeff"'],
    ["a boolean as text", '"~?t"', "true"],
    ["null as text", '"~_"', "null"],
    ["a set", '["~#set",[1,2]]', "[1,2]"],
    ["a verbose list", '{"~#list":[1,{"~#set":[]}]}', "[1,[]]"],
    ["escaped text", '["~~a","~^b","~`c"]', '["~a","^b","`c"]'],
    ["a quoted scalar", '["~#\'",7]', "7"],
    [
      "names of Object's own",
      '["^ ","__proto__",1,"a",{"__proto__":2,"constructor":3}]',
      '{"__proto__":1,"a":{"__proto__":2,"constructor":3}}',
    ],
    ["a map", '["^ ","~:a",1,"b",["^ "]]', '{"a":1,"b":{}}'],
    ["a verbose map", '{"~:a":1,"b":{}}', '{"a":1,"b":{}}'],
    ["cached keys", '[["^ ","long key",1],["^ ","^0",2]]', '[{"long key":1},{"long key":2}]'],
    ["cached keywords", '["~:status","^0",["^ ","^0","^0"]]', '["status","status",{"status":"status"}]'],
    [
      "keys too short to be cached",
      '[["^ ","abc",1,"abcd",2],["^ ","^0",3]]',
      '[{"abc":1,"abcd":2},{"abcd":3}]',
    ],
    ["a key of two emoji, four units long", '[["^ ","😀😀",1],["^ ","^0",2]]', '[{"😀😀":1},{"😀😀":2}]'],
  ])("%s", (_name, text, expected) => {
    expect(convert(text, "transit", "json")).toBe(expected);
  });

  it.each([
    ["an integer beyond 64 bits as ~i", '"~i9223372036854775808"'],
    ["an integer with a fraction", '"~i1.5"'],
    ["a leading zero", '"~i007"'],
    ["a decimal without digits", '"~f."'],
    ["an impossible date", '"~t2016-02-30T00:00:00Z"'],
    ["an instant without its zone", '"~t2016-02-01T00:00:00"'],
    ["an instant finer than a millisecond", '"~t2016-02-01T00:00:00.000001Z"'],
    ["an instant beyond the calendar", '"~m8640000000000001"'],
    ["a year of five digits", '"~m253402300800000"'],
    ["a bad UUID", '"~u5a2cbea3"'],
    ["UUID halves beyond 64 bits", '["~#u",[9223372036854775808,0]]'],
    ["bad base64", '"~ba"'],
    ["base64 without its padding", '"~baGVsbG8"'],
    ["base64 with a character too many", '"~baGVsbG8=a"'],
    ["base64 with too much padding", '"~baGVs===="'],
    ["base64 of only padding", '"~b="'],
    ["base64 with an escape of another character", '"~baGV\\n"'],
    ["two characters", '"~cxy"'],
    ["two characters, escaped", '"~c\\ud83d\\ude00\\u0041"'],
    ["an unknown tag", '["~#point",[1,2]]'],
    ["an unknown verbose tag", '{"~#point":[1,2]}'],
    ["an unknown scalar tag", '"~Xvalue"'],
    ["a tag outside an array's head", '[1,"~#set"]'],
    ["a tag with two values", '["~#set",[],[]]'],
    ["an unknown code", '["^0"]'],
    ["a code of three digits", '["~:abcdef","^000"]'],
    ["a key without its value", '["^ ","a"]'],
    ["a name twice", '["^ ","a",1,"a",2]'],
    ["a repeated name, once as a keyword", '["^ ","a",1,"~:a",2]'],
    ["a repeated name, once by its code", '["^ ","abcd",1,"^0",2]'],
    ["a tag hidden in an escape", '"\\u007em0"'],
    ["a cmap with a key and no value", '["~#cmap",[1]]'],
    ["a repeated number as a key, once bare", '["^ ",5,1,"~i5",2]'],
    ["a repeated fraction as a key, once bare", '["^ ",1.5,1,"~d1.5",2]'],
    ["a repeated UUID as a key", '["^ ","~u5a2cbea3-e8c6-428b-b525-21239370dd55",1,"^0",2]'],
  ])("refuses %s", (_name, text) => {
    expect(() => convert(text, "transit", "transit")).toThrow();
  });

  it.each([
    ["a number and its digits", '["^ ",5,1,"5",2]', '["^ ","~i5",1,"5",2]'],
    ["digits and their number", '["^ ","5",1,5,2,"a",3]', '["^ ","5",1,"~i5",2,"a",3]'],
    ["a number and text that looks like one", '["^ ","~i5",1,"~~i5",2]', '["^ ","~i5",1,"~~i5",2]'],
    ["no key and text alike", '["^ ","~_",1,"~~_",2]', '["^ ","~_",1,"~~_",2]'],
    [
      "many keys",
      `["^ ",${Array.from({ length: 40 }, (_, n) => `${n},${n},"${n}",0`)}]`,
      `["^ ",${Array.from({ length: 40 }, (_, n) => `"~i${n}",${n},"${n}",0`)}]`,
    ],
    [
      "maps one after another",
      '[["^ ","a",1,5,2,"b",3],["^ ","a",1,5,2,"b",3],["^ ","a",1,"c",2,"b",3]]',
      '[["^ ","a",1,"~i5",2,"b",3],["^ ","a",1,"~i5",2,"b",3],["^ ","a",1,"c",2,"b",3]]',
    ],
  ])("keeps a map's keys apart outside of records: %s", (_name, text, expected) => {
    expect(convert(text, "transit", "transit")).toBe(expected);
    expect(() => convert(text, "transit", "json")).toThrow(
      /not a string, keyword or symbol has no JSON form/,
    );
  });

  it("accepts bytes up to the length of a line, and reads only the start of a character", () => {
    const long = 16_000_000;
    expect(convert(`"~b${"A".repeat(long)}"`, "transit", "json")).toHaveLength(long + 2);
    expect(() => convert(`"~b${"A".repeat(long)}!"`, "transit", "json")).toThrow(/~b requires base64/);
    expect(() => convert(`"~c${"x".repeat(long)}"`, "transit", "json")).toThrow(/~c requires one character/);
  });

  it("restarts its cache after 1,936 entries of a line", () => {
    const keys = Array.from({ length: 1_936 }, (_, i) => `"~:key${i}"`).join(",");
    expect(convert(`[${keys},"^0"]`, "transit", "json")).toContain('"key1935","key0"');
    expect(convert(`[${keys},"~:again","^0"]`, "transit", "json")).toContain('"again","again"');
    expect(() => convert(`[${keys},"~:again","^1"]`, "transit", "json")).toThrow(/this line does not define/);
  });
});

describe("a map with the number 5 and the text 5", () => {
  const both = '["^ ",5,1,"5",2]';

  it("is kept unchanged in a bookmark", () => {
    const { bookmark } = requestsOf(body(`["^ ","type","BOOKMARK","value",${both}]`));
    expect(bookmark).toBe(both);
  });

  it("is refused in a record, where both would be one column", () => {
    const line = `["^ ","type","RECORD","stream","s","record",["^ ","a",${both}]]`;
    expect(() => requestsOf(body(line))).toThrow(
      /line 4, .*a map's key that is not a string.* can't name a column/,
    );
  });

  it("does not affect the next message if it is a message itself", () => {
    const lines = ['["^ ",5,1,"type","STATE","value",1]', '["^ ",5,1,"value",2,"type","STATE"]'];
    expect(requestsOf(body(...lines)).bookmark).toBe('["~#\'",2]');
  });
});

describe("doubles, which a transit reader must not read as infinity", () => {
  const digits = (count: number) => "9".repeat(count);
  const readDouble = (text: string) =>
    requestsOf(body(`["^ ","type","RECORD","stream","s","record",["^ ","a",${text}]]`));

  it.each([
    ["a large one", "1.5e308"],
    ["a large one with a plus", "1e+308"],
    ["a tiny one", "1E-999999"],
    ["200 digits and an exponent of two", `${digits(200)}e99`],
    ["201 digits and a small exponent", `${digits(201)}e+9`],
    ["300 digits", `${digits(300)}.5`],
  ])("%s is read", (_name, text) => expect(() => readDouble(text)).not.toThrow());

  it.each([
    ["a larger one", "1e309"],
    ["a larger one with a plus", "1E+999"],
    ["an exponent with a zero", "1e0999"],
    ["300 digits and a small exponent", `${digits(300)}e9`],
    ["310 digits", `${digits(310)}.5`],
    ["312 digits and a negative exponent", `${digits(312)}e-1`],
  ])("%s is refused", (_name, text) =>
    expect(() => readDouble(text)).toThrow(/a number too large for a double: send it as ~f/),
  );
});

describe("values written as transit", () => {
  it.each([
    ["text that looks like a tag", '["~a","^b","`c"]', '["~~a","~^b","~`c"]'],
    [
      "integers beyond 2^53",
      "[9007199254740993,-12345678901234567890]",
      '["~i9007199254740993","~n-12345678901234567890"]',
    ],
    [
      "the largest integers that may be bare, and the next ones",
      "[9007199254740991,-9007199254740991,9007199254740992,-9007199254740992,1760000000000000]",
      '[9007199254740991,-9007199254740991,"~i9007199254740992","~i-9007199254740992",1760000000000000]',
    ],
    ["maps", '{"a":{"b":[]}}', '["^ ","a",["^ ","b",[]]]'],
    ["a scalar at the top", "7", '["~#\'",7]'],
    ["null at the top", "null", '["~#\'",null]'],
  ])("%s", (_name, text, expected) => {
    expect(convert(text, "json", "transit")).toBe(expected);
  });
});

describe.skipIf(!existsSync(exemplars) && process.env.REQUIRE_SHARED_DATA !== "1")(
  "transit's exemplars",
  () => {
    const names = existsSync(exemplars)
      ? readdirSync(exemplars).filter(name => /^[^.]+\.json$/.test(name))
      : [];
    it("exist", () => expect(names.length).toBeGreaterThan(20));

    it.each(names)("%s is read alike in both forms, and like transit-js", name => {
      const compact = readFileSync(new URL(name, exemplars), "utf8");
      const verbose = readFileSync(new URL(name.replace(".json", ".verbose.json"), exemplars), "utf8");
      const ours = convert(compact.trim(), "transit", "transit");
      expect(convert(verbose.trim(), "transit", "transit")).toBe(ours);
      expect(transit.equals(read(ours), read(compact)) || sameNaN(ours, compact)).toBe(true);
    });
  },
);

/** For transit-js, NaN is unequal to itself. */
const sameNaN = (ours: string, theirs: string) => theirs.includes("~zNaN") && ours === theirs.trim();
