/** The bytes of an identifier, NAMEDATALEN − 1: postgresql.org/docs/current/sql-syntax-lexical.html */
const nameCharsMax = 63;

/** Columns that every table of PostgreSQL has: postgresql.org/docs/current/ddl-system-columns.html */
export const systemColumns = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"] as const;

/** Returns a name as Stitch's loader would: lower case, `_` instead of what is not `[a-z0-9_]`, 63 bytes. */
export const folded = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_]/gu, "_")
    .slice(0, nameCharsMax) || "_";

/** Returns `name`, or the same with the first number from 2 on that makes it one that is not `taken`. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let n = 2; ; n++) {
    const numbered = withSuffix(name, `_${n}`);
    if (!taken.has(numbered)) return numbered;
  }
}

/** Returns a name that ends in `suffix`, cut to fit. */
export const withSuffix = (name: string, suffix: string): string =>
  name.slice(0, nameCharsMax - suffix.length) + suffix;

/** Returns an identifier for SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Returns a text for SQL, which must not contain NUL. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
