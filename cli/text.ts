import truncatedWidth from "fast-string-truncated-width";
import { wrapAnsi } from "fast-wrap-ansi";

/** How texts are laid out for a reader. */
export interface View {
  /** The columns of the terminal; Infinity for a file or a pipe. */
  readonly width: number;
  readonly hasColors: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** Returns the view of a stream: colors obey NO_COLOR and TERM. */
export const viewOf = (stream: NodeJS.WriteStream, now: number): View => ({
  width: (stream.isTTY && stream.columns) || Number.POSITIVE_INFINITY,
  hasColors: stream.isTTY === true && stream.hasColors(),
  now,
});

/** Returns the terminal's columns that a text takes. */
export const widthOf = (text: string): number => truncatedWidth(text).width;

/** No grapheme that anybody reads has more code units. */
const graphemeLengthMax = 16;

/** Returns a text, or what fits into `width` columns of it with an ellipsis. */
export function cut(text: string, width: number): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  const head = text.slice(0, graphemeLengthMax * (width + 1));
  if (head.length === text.length && widthOf(text) <= width) return text;
  let [kept, columns] = ["", 0];
  for (const { segment } of new Intl.Segmenter().segment(head)) {
    columns += widthOf(segment);
    if (columns >= width) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** Controls except line ends, and marks that turn the direction of text: a terminal would obey them. */
const controls = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Returns a text, which may have parts from elsewhere, with its control characters escaped as in JSON. */
export const withoutControls = (text: string): string =>
  text.replace(controls, each => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Returns a text from elsewhere on one line, with its control characters escaped as in JSON. */
export const visible = (text: string): string => withoutControls(text.replace(/\s*\n\s*/g, " "));

/** Returns a text as lines of at most `width` columns, each after `indent` spaces. */
export function wrapped(text: string, width: number, indent = 0): string[] {
  const room = width - indent;
  const lines = room < 1 || room === Number.POSITIVE_INFINITY ? text : wrapAnsi(text, room, { hard: true });
  return lines.split("\n").map(line => " ".repeat(indent) + line);
}

/** Returns as many parts as fit on a line, at least the first. */
export function fitted([first = "", ...parts]: readonly string[], width: number): string {
  let line = first;
  for (const part of parts) {
    const longer = `${line}, ${part}`;
    if (widthOf(longer) > width) break;
    line = longer;
  }
  return line;
}

/** Returns a message whose lines break between words, after the indent of each. */
export const folded = (message: string, width: number): string =>
  message
    .split("\n")
    .map(line => {
      const [indent = ""] = /^ */.exec(line) ?? [];
      const text = wrapAnsi(line.trim(), Math.max(1, width - indent.length));
      return indent + text.replaceAll("\n", `\n${indent}`);
    })
    .join("\n");

const colors = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2 } as const;
export type Color = keyof typeof colors;

/** Returns a text in a color, if the view has colors. */
export const painted = (
  text: string,
  color: Color | undefined,
  { hasColors }: Pick<View, "hasColors">,
): string => (color === undefined || !hasColors ? text : `\u001b[${colors[color]}m${text}\u001b[0m`);
