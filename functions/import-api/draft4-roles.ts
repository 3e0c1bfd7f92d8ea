import { wellFormed } from "../values/scanner.ts";

/** A value's role in a schema; `items` may be a schema or a list, `additional` a schema or a boolean. */
export type Role = "schema" | "schemas" | "list" | "items" | "additional" | "plain";

/** The role of a keyword's value, for keywords with subschemas that the Import API reads. */
export const roles: ReadonlyMap<string, Role> = new Map([
  ["properties", "schemas"],
  ["patternProperties", "schemas"],
  ["dependencies", "schemas"],
  ["definitions", "schemas"],
  ["$defs", "schemas"],
  ["items", "items"],
  ["additionalItems", "additional"],
  ["additionalProperties", "additional"],
  ["allOf", "list"],
  ["anyOf", "list"],
  ["oneOf", "list"],
  ["not", "schema"],
]);

/** Returns the role of a map. */
export const roleOfMap = (role: Role): Role =>
  role === "items" || role === "additional" ? "schema" : role === "list" ? "plain" : role;
/** Returns the role of a list. */
export const roleOfList = (role: Role): Role => (role === "items" || role === "list" ? "list" : "plain");

/**
 * Returns JSON pointers to a schema's parts by each part's `$id` or `id` of the form `#name`. everit 1.5.1
 * reads a `$ref` only as a pointer (ReferenceLookup.java).
 */
export function pointersByName(
  value: unknown,
  at = "#",
  role: Role = "schema",
  pointers = new Map<string, string>(),
): ReadonlyMap<string, string> {
  if (typeof value !== "object" || value === null) return pointers;
  const own = Array.isArray(value) ? roleOfList(role) : roleOfMap(role);
  if (own === "plain") return pointers;
  const { $id, id } = value as { readonly $id?: unknown; readonly id?: unknown };
  if (own === "schema")
    for (const name of [$id, id])
      if (typeof name === "string" && name.startsWith("#")) pointers.set(name, at);
  for (const [key, each] of Object.entries(value)) {
    const inner = own === "schema" ? (roles.get(key) ?? "plain") : "schema";
    pointersByName(each, `${at}/${encoded(key)}`, inner, pointers);
  }
  return pointers;
}

/** A URI can't contain half a surrogate pair. */
const encoded = (key: string) =>
  encodeURIComponent(wellFormed(key).replaceAll("~", "~0").replaceAll("/", "~1"));
