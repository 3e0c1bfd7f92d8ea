import { expect, it } from "vitest";
import { NameTable } from "../../functions/stitchstream/shapes/name-table.ts";
import { hashOf } from "../../functions/values/hash.ts";

/** Adds the names to a table. Returns those that have no place, and those that are then not found. */
function tableOf(names: readonly string[]): { refused: string[]; lost: string[] } {
  const bytes = Buffer.from(names.join(""));
  const table = new NameTable<{ nameStart: number; nameEnd: number; hash: number }>();
  let nameEnd = 0;
  const entries = names.map(name => {
    const nameStart = nameEnd;
    nameEnd += name.length;
    return { name, nameStart, nameEnd, hash: hashOf(bytes, nameStart, nameEnd) };
  });
  const refused = entries.filter(entry => !table.add(entry));
  const found = entries.filter(
    entry => table.find(bytes, entry.nameStart, entry.nameEnd, entry.hash) === entry,
  );
  const lost = entries.filter(entry => !refused.includes(entry) && !found.includes(entry));
  return { refused: refused.map(({ name }) => name), lost: lost.map(({ name }) => name) };
}

it("thousands of numbered names have places", () => {
  const names = Array.from({ length: 5_000 }, (_, n) => `column_${n}`);
  expect(tableOf(names)).toEqual({ refused: [], lost: [] });
});

it("of names chosen to have one hash, 16 have places, and other names still have theirs", () => {
  // In `31 × a + b`, "Aa" and "BB" are equal, and so are all sequences of them.
  const equal = Array.from({ length: 64 }, (_, n) =>
    Array.from({ length: 6 }, (_, bit) => ((n >> bit) & 1 ? "Aa" : "BB")).join(""),
  );
  const others = Array.from({ length: 100 }, (_, n) => `column_${n}`);
  expect(tableOf([...equal, ...others])).toEqual({ refused: equal.slice(16), lost: [] });
});
