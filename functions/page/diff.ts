import type { JsonTree, Member } from "./json-tree.ts";

/** A line of two values that are shown as one text: in both, only before, or only after. */
export interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** Returns a value's text, a member or an item a line. */
export const prettyLines = (tree: JsonTree): readonly string[] => linesOf(tree, {}).map(({ text }) => text);

/** Returns the lines of both values, in order. Either may be absent. */
export function diff(before: JsonTree | undefined, after: JsonTree | undefined): readonly DiffLine[] {
  if (before === undefined) return after === undefined ? [] : linesOf(after, { mark: "+" });
  if (after === undefined) return linesOf(before, { mark: "-" });
  return compare(before, after, {});
}

/** Where a value is written: its depth, the member's name before it, and the comma after it. */
interface Frame {
  readonly mark?: DiffLine["mark"];
  readonly depth?: number;
  readonly lead?: string;
  readonly tail?: string;
}

function compare(before: JsonTree, after: JsonTree, frame: Frame): readonly DiffLine[] {
  if (before.text === after.text) return linesOf(after, frame);
  const [was, is] = [partsOf(before), partsOf(after)];
  if (
    was === undefined ||
    is === undefined ||
    was.open !== is.open ||
    was.parts.length * is.parts.length === 0
  )
    return [...linesOf(before, { ...frame, mark: "-" }), ...linesOf(after, { ...frame, mark: "+" })];
  return enclosed(is, frame, merged(was, is, (frame.depth ?? 0) + 1));
}

/** A container's parts. Items of an array have their number as a name, which is not written. */
interface Parts {
  readonly open: string;
  readonly close: string;
  readonly parts: readonly Member[];
}

function partsOf(tree: JsonTree): Parts | undefined {
  if (tree.kind === "scalar") return undefined;
  if (tree.kind === "object") return { open: "{", close: "}", parts: tree.members };
  return transitMap(tree.items) ?? { open: "[", close: "]", parts: numbered(tree.items) };
}

const numbered = (items: readonly JsonTree[]) => items.map((value, at) => ({ name: `${at}`, value }));

/** A map in transit is an array: `["^ ", key, value, …]`. Its pairs are written as members. */
function transitMap([first, ...rest]: readonly JsonTree[]): Parts | undefined {
  if (first?.text !== '"^ "' || rest.length % 2 !== 0) return undefined;
  const parts = rest.flatMap((value, at) => (at % 2 === 0 ? [] : [{ name: rest[at - 1]!.text, value }]));
  return { open: '["^ ",', close: "]", parts };
}

/** Returns the lines of the parts of two containers, by name, in the order of the second one. */
function merged(was: Parts, is: Parts, depth: number): readonly DiffLine[] {
  const before = new Map(was.parts.map(({ name }, at) => [name, at]));
  const after = new Set(is.parts.map(part => part.name));
  const frameOf = (parts: Parts, at: number): Frame => ({
    depth,
    lead: leadOf(parts, parts.parts[at]!.name),
    tail: at === parts.parts.length - 1 ? "" : ",",
  });
  const lines: DiffLine[] = [];
  let next = 0;
  const removeUpTo = (end: number) => {
    for (; next < end; next++) {
      const { name, value } = was.parts[next]!;
      if (!after.has(name)) lines.push(...linesOf(value, { ...frameOf(was, next), mark: "-" }));
    }
  };
  for (const [at, { name, value }] of is.parts.entries()) {
    const index = before.get(name);
    const frame = frameOf(is, at);
    if (index === undefined) {
      // What a new member replaces is before it.
      let kept = next;
      while (kept < was.parts.length && !after.has(was.parts[kept]!.name)) kept++;
      removeUpTo(kept);
      lines.push(...linesOf(value, { ...frame, mark: "+" }));
    } else {
      removeUpTo(index);
      next = Math.max(next, index + 1);
      lines.push(...compare(was.parts[index]!.value, value, frame));
    }
  }
  removeUpTo(was.parts.length);
  return lines;
}

const leadOf = ({ open }: Parts, name: string) =>
  open === "[" ? "" : open === "{" ? `${name}: ` : `${name}, `;

function linesOf(tree: JsonTree, frame: Frame): readonly DiffLine[] {
  const container = partsOf(tree);
  if (container === undefined || container.parts.length === 0) return [lineOf(tree.text, frame)];
  const { parts } = container;
  const inner = parts.flatMap(({ name, value }, at) =>
    linesOf(value, {
      ...(frame.mark && { mark: frame.mark }),
      depth: (frame.depth ?? 0) + 1,
      lead: leadOf(container, name),
      tail: at === parts.length - 1 ? "" : ",",
    }),
  );
  return enclosed(container, frame, inner);
}

function enclosed({ open, close }: Parts, frame: Frame, inner: readonly DiffLine[]): readonly DiffLine[] {
  return [lineOf(open, { ...frame, tail: "" }), ...inner, lineOf(close, { ...frame, lead: "" })];
}

const lineOf = (text: string, { mark = " ", depth = 0, lead = "", tail = "" }: Frame): DiffLine => ({
  mark,
  text: `${"  ".repeat(depth)}${lead}${text}${tail}`,
});

/** Lines, or how many unchanged ones are left out. */
export type Shown = DiffLine | { readonly omitted: number };

/** Returns the lines near changes, at most `max`, and how many are omitted between them. */
export function nearChanges(lines: readonly DiffLine[], near: number, max: number): readonly Shown[] {
  const isShown = new Array<boolean>(lines.length).fill(false);
  for (const [at, { mark }] of lines.entries()) {
    if (mark !== " ") isShown.fill(true, Math.max(0, at - near), at + near + 1);
  }
  for (let at = 0; at < isShown.length; at++) {
    // A note takes as much room as the line.
    isShown[at] ||= (isShown[at - 1] ?? true) && (isShown[at + 1] ?? true);
  }
  const shown: (DiffLine | { omitted: number })[] = [];
  let taken = 0;
  for (const [at, line] of lines.entries()) {
    const last = shown.at(-1);
    if (isShown[at] && taken < max) {
      shown.push(line);
      taken++;
    } else if (last !== undefined && "omitted" in last) last.omitted++;
    else shown.push({ omitted: 1 });
  }
  return shown;
}
