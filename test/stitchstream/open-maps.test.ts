import { expect, it } from "vitest";
import { decodeToBatches } from "../bench/work.ts";

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
