import { wellFormed } from "../values/scanner.ts";

/**
 * What a value is to a schema: a schema, a map or a list of them, either, one that may be a boolean, or none
 * of these.
 */
export type Role = "schema" | "schemas" | "list" | "items" | "additional" | "plain";

/** By the keyword above it: those that the Import API looks into. */
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

/** Of a value that is a map. */
export const roleOfMap = (role: Role): Role =>
  role === "items" || role === "additional" ? "schema" : role === "list" ? "plain" : role;
/** Of a value that is a list. */
export const roleOfList = (role: Role): Role => (role === "items" || role === "list" ? "list" : "plain");

/**
 * JSON pointers to a schema's parts by the `#name` that each has for its `$id` or `id`. everit 1.5.1 reads a
 * `$ref` as a pointer alone (ReferenceLookup.java).
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

/** No URI has half a surrogate pair. */
const encoded = (key: string) =>
  encodeURIComponent(wellFormed(key).replaceAll("~", "~0").replaceAll("/", "~1"));
