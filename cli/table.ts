/** Returns rows as lines with aligned columns, below the names of the columns. */
export function tableOf<N extends string>(
  names: readonly N[],
  rows: readonly Readonly<Record<N, string>>[],
): string {
  const lines = [names, ...rows.map(row => names.map(name => row[name]))];
  const widths = names.map((_, at) => Math.max(...lines.map(line => line[at]!.length)));
  return lines
    .map(line =>
      line
        .map((text, at) => text.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
