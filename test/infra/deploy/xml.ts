const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** A value in the XML of AWS's query protocol: list items are `member`, and undefined values are omitted. */
export function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(each => `<member>${xmlOf(each)}</member>`).join("");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([name, each]) => (each === undefined ? "" : `<${name}>${xmlOf(each)}</${name}>`))
      .join("");
  return String(value).replaceAll(/[&<>]/g, character => escapes[character]!);
}
