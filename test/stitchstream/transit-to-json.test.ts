import { expect, it } from "vitest";
import { ByteWriter } from "../../functions/values/byte-writer.ts";
import { memoryOf } from "../../functions/values/memory.ts";
import { Splices } from "../../functions/values/splices.ts";
import { TransitToJson } from "../../functions/values/transit-to-json.ts";

const writer = new TransitToJson();

/** Returns the JSON of a value without cache codes; undefined if it is left to the reader. */
function jsonOf(transit: string): string | undefined {
  const out = new ByteWriter(0);
  out.ascii("before ");
  const source = memoryOf(Buffer.from(transit));
  const text = {
    source,
    start: 0,
    end: source.bytes.length,
    splices: new Splices(),
    firstSplice: 0,
    growth: 26,
  };
  const isWritten = writer.write(text, out);
  const written = Buffer.from(out.view()).toString();
  expect(written.slice(0, 7)).toBe("before ");
  return isWritten ? written.slice(7) : undefined;
}

it.each([
  ['["^ ","a",1,"b",["^ "],"c",[ ["^ ", "d", true ] , -1.5e3]]', '{"a":1,"b":{},"c":[{"d":true},-1.5e3]}'],
  ['{"a":1, "b":{},"~:c":[],"~$d":null}', '{"a":1,"b":{},"c":[],"d":null}'],
  [
    '["~~x","~^y","~`z","a\\"b\\\\","long enough for words, \\n and after"]',
    '["~x","^y","`z","a\\"b\\\\","long enough for words, \\n and after"]',
  ],
  ['["~i12","~n123456789012345678901","~f1.50","~d2"]', "[12,123456789012345678901,1.50,2]"],
  ['["~m0","~t2026-11-27T01:02:03.456Z"]', '["1970-01-01T00:00:00.000Z","2026-11-27T01:02:03.456Z"]'],
  ['["~rhttp://x","~bAA==","~cx","~:k"]', '["http://x","AA==","x","k"]'],
])("the transit %s is the JSON %s", (transit, json) => {
  expect(jsonOf(transit)).toBe(json);
});

it.each([
  ['["~#set",[1]]'],
  ['["~#\'",1]'],
  ['["~?t"]'],
  ['["~_"]'],
  ['["~t2026-11-27T01:02:03Z"]'],
  ['["~t2026-11-27T01:02:03.4567Z"]'],
  ['["^ ","~i1",2]'],
  ['["^0"]'],
  [`${"[".repeat(65)}${"]".repeat(65)}`],
])("the transit %s is left to the reader", transit => {
  expect(jsonOf(transit)).toBeUndefined();
});
