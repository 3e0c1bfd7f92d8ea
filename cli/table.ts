import { type Color, cut, painted, type View, visible, widthOf } from "./text.ts";

/** A column of a table. */
export interface Column<N extends string> {
  readonly name: N;
  /** Its texts may be cut to this width; without it they are never cut. */
  readonly min?: number;
  /** Columns with a higher number are left out first if the table is too wide. */
  readonly drop?: number | undefined;
  readonly isNumber?: boolean;
  readonly color?: (text: string) => Color | undefined;
}

/** Longer texts are for programs, which ask for JSON. */
const cellWidthMax = 120;
const gap = "  ";

interface Laid<N extends string> extends Column<N> {
  readonly width: number;
}

/** Returns rows as lines below the names of their columns, which fit the view's width where they can. */
export function tableOf<N extends string>(
  columns: readonly Column<N>[],
  rows: readonly Readonly<Record<N, string | undefined>>[],
  view: View,
): string {
  const lines = rows.map(row => (name: N) => visible(row[name] ?? ""));
  const full = columns.map(column => {
    const widths = lines.map(textOf => widthOf(textOf(column.name)));
    const width = Math.min(cellWidthMax, Math.max(column.name.length, ...widths));
    // A column without any text is left out before the others.
    const isEmpty = widths.every(each => each === 0);
    return { ...column, width, drop: isEmpty && column.drop ? Number.POSITIVE_INFINITY : column.drop };
  });
  const laid = shrunk(fitting(full, view.width), view.width);
  const head = lineOf(laid, name => name, view);
  return [head, ...lines.map(textOf => lineOf(laid, textOf, view, true))].join("\n");
}

const totalOf = (widths: readonly number[]) =>
  widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);

/** Returns the columns that fit, cut to their least widths. */
function fitting<N extends string>(columns: readonly Laid<N>[], width: number): readonly Laid<N>[] {
  const least = totalOf(columns.map(column => Math.min(column.width, column.min ?? column.width)));
  const dropped = columns.reduce((a, b) => ((b.drop ?? 0) > (a.drop ?? 0) ? b : a));
  if (least <= width || dropped.drop === undefined) return columns;
  return fitting(
    columns.filter(column => column !== dropped),
    width,
  );
}

/** Takes what is too wide from the widest columns that may be cut. */
function shrunk<N extends string>(columns: readonly Laid<N>[], width: number): readonly Laid<N>[] {
  const laid = columns.map(column => ({ ...column }));
  for (let excess = totalOf(laid.map(each => each.width)) - width; excess > 0; excess--) {
    const room = laid.filter(({ width: own, min = own }) => own > min);
    if (room.length === 0) break;
    room.reduce((a, b) => (b.width > a.width ? b : a)).width--;
  }
  return laid;
}

function lineOf<N extends string>(
  columns: readonly Laid<N>[],
  textOf: (name: N) => string,
  view: View,
  isPainted = false,
): string {
  const cells = columns.map(({ name, width, isNumber, color }) => {
    const text = cut(textOf(name), width);
    const space = " ".repeat(Math.max(0, width - widthOf(text)));
    const said = isPainted ? painted(text, color?.(text), view) : text;
    return isNumber === true ? space + said : said + space;
  });
  const line = cells.join(gap).trimEnd();
  return isPainted && view.hasColors ? line : cut(line, view.width);
}
