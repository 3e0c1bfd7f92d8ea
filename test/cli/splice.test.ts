import * as fc from "fast-check";
import { expect, it } from "vitest";
import { spliced } from "../../cli/splice.ts";
import { numRuns } from "../runs.ts";

/** `persist bookmark set --at`. */
const text = ' {"orders" : 12345678901234567890, "a/b": {"~":[1, 2.50 ,3]}, "x": 1, "x": 2} ';

it.each([
  ["/orders", "7", text.replace("12345678901234567890", "7")],
  ["/a~1b/~0/1", '{"new":[]}', text.replace("2.50", '{"new":[]}')],
  ["/a~1b", "null", text.replace('{"~":[1, 2.50 ,3]}', "null")],
  ["", "1.0", " 1.0 "],
])("replaces the value at %j with %s, and nothing else", (pointer, value, result) => {
  expect(spliced(text, pointer, value)).toBe(result);
});

it.each([
  [
    "/ordres",
    "7",
    "The bookmark has nothing at /ordres: there is /orders, /a~1b, /x, /x. Did you mean /orders?",
  ],
  ["/orders/0", "7", "The bookmark has nothing at /orders/0: /orders has no members."],
  ["/a~1b/~0/3", "7", "there is /a~1b/~0/0, /a~1b/~0/1, /a~1b/~0/2."],
  ["/x", "7", "The bookmark has /x more than once: set it as a whole."],
  ["orders", "7", '--at is "orders": a JSON pointer begins with /, such as /orders.'],
  ["/orders", " ", "The value is empty: "],
  ["/orders", "2026-11-01", "The value 2026-11-01 is not JSON: "],
])("at %j, the value %s is refused", (pointer, value, message) => {
  expect(() => spliced(text, pointer, value)).toThrow(message);
});

it("finds each member of an object", () => {
  const replaces = fc.property(
    fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
    fc.nat(),
    (made, at) => {
      const names = Object.keys(made);
      const name = names[at % names.length]!;
      const pointer = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const result = JSON.parse(spliced(JSON.stringify(made), pointer, '"new"'));
      expect(Object.entries(result)).toEqual(
        Object.entries(JSON.parse(JSON.stringify(made))).map(([own, value]) => [
          own,
          own === name ? "new" : value,
        ]),
      );
    },
  );
  void fc.assert(replaces, { numRuns: numRuns(50) });
});
