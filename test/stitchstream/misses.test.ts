import { expect, it } from "vitest";
import * as limits from "../../functions/persister/limits.ts";
import { decode } from "../../functions/stitchstream/decode.ts";

const name = "a-name-of-thirty-two-characters!";
const twice = `[["^ ","${name}",1],["^ ","^3",2]]`;
const line = (more: string) =>
  `["^ ","type","RECORD","stream","s","record",["^ ","of",${twice},"more",${more}]]\n`;

it("a line that is read twice counts the expansion of its codes once", () => {
  // Halves of a UUID are not read by shape, so the scan reads the third line after the codes were seen.
  const body = [line("1"), line("1"), line('["~#u",[1,2]]')].join("");
  const bytes = new TextEncoder().encode(`stitchstream/0.1\nContent-Type: transit\n--\n${body}`);
  const faults: string[] = [];
  let records = 0;
  decode(
    bytes,
    { ...limits, isReserved: () => false, expansionBytesMax: 3 * name.length },
    {
      record: () => {
        records++;
      },
      schema() {},
      activation() {},
      bookmark() {},
      ignored() {},
      fault: ({ message }) => faults.push(message) > 0,
    },
  );
  expect({ records, faults }).toEqual({ records: 3, faults: [] });
});
