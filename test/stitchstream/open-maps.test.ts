import { expect, it } from "vitest";
import { decodeToBatches } from "../bench/work.ts";
import { requestsOf } from "../persister/delivery.ts";

/** Enough lines for a map to get more names than are remembered. */
const linesMany = 300;
const line = (members: string) =>
  `{"type":"RECORD","stream":"s","key_fields":["id"],"record":{"id":1,"by":{${members}}}}\n`;
const lines = Array.from({ length: linesMany }, (_, n) =>
  line(`"a${n}":1,"b${n}":[2],"same":{"x":${n}},"\\u0070q":3`),
);
const deliver = (...more: string[]) =>
  decodeToBatches(
    Buffer.from(`stitchstream/0.1\nContent-Type: jsonline\n--\n${[...lines, ...more].join("")}`),
  );

it("a map of ever new names is read on", () => {
  expect(deliver(line('"same":1,"other":2'), line("")) - deliver()).toBeGreaterThan(0);
});

it.each([
  ["new", '"c":1,"d":2,"c":3'],
  ["old", '"same":1,"d":2,"same":3'],
  ["written in two ways", '"c":1,"\\u0063":2'],
  ["old, written in another way", '"same":1,"\\u0073ame":2'],
  ["old with an escape, written without", '"\\u0070q":1,"pq":2'],
])("a name twice is refused in it: %s", (_, members) => {
  expect(() => deliver(line(members))).toThrow();
});

const wide = `{${Array.from({ length: 520 }, (_, n) => `"n${n}":1`).join(",")}}`;
const columns = Array.from({ length: 2_400 }, (_, n) => `,"col${n}":1`).join("");
it.each([
  ["another stream's record", "", ['"s":"A"', '"s":"B"', '"s":"A"']],
  ["another version's record", "", ['"s":"A","version":1', '"s":"A","version":2', '"s":"A","version":1']],
  ["a record of a table with too many columns", columns, ['"s":"A"', '"s":"A"', '"s":"A"']],
])("%s with a wide map leaves no wrong type in an inferred schema", (_, others, around) => {
  const maps = ['{"x":1}', wide, '{"x":"text"}'];
  const lines = maps.map((map, n) => {
    const end = around[n]!.replace('"s"', '"stream"');
    return `{"type":"RECORD","record":{"m":${map}${n === 0 ? others : ""}},${end}}`;
  });
  for (const { body } of requestsOf(lines.join("\n")).requests) {
    const { schema } = JSON.parse(Buffer.from(body).toString());
    expect(schema.properties.m.properties.x?.type).not.toBe("integer");
  }
});
