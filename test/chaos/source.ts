import type { Random } from "../simulation/random.ts";

const rowsMax = 2_000;

/** The row of a source's n-th change. Each row changes repeatedly. */
export const idOf = (position: number) => (position * 7919) % rowsMax;

/** The n-th change as JSON text, as in the body of that name. */
export const recordText = (position: number, body: string) =>
  JSON.stringify({ id: idOf(position), position, body, text: `✓${position}` });

/**
 * A stitchstream of the changes after `bookmark` up to `end`, with bookmarks between them and one at the
 * end.
 */
export function bodyOf(
  { stream, bookmark, end, name }: { stream: string; bookmark: number; end: number; name: string },
  random: Random,
): string {
  const envelope = `{"type":"RECORD","stream":${JSON.stringify(stream)},"key_fields":["id"],"record":`;
  const lines = ["stitchstream/0.1", "Content-Type: jsonline", "--"];
  for (let position = bookmark + 1; position <= end; position++) {
    lines.push(`${envelope}${recordText(position, name)}}`);
    if (position === end || random.chance(0.001))
      lines.push(JSON.stringify({ type: "BOOKMARK", value: position }));
  }
  return lines.join("\n");
}
