import type { JsonObject } from "../values/json-object.ts";

/** Keywords whose value is a schema or a list of schemas. */
const ofSchemas: ReadonlySet<string> = new Set([
  "items",
  "additionalItems",
  "contains",
  "additionalProperties",
  "propertyNames",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
]);
/** Keywords whose value is a map of schemas by the streamer's own names. */
const ofNames: ReadonlySet<string> = new Set([
  ...["properties", "patternProperties", "dependencies", "definitions", "$defs"],
]);

/**
 * Returns a schema and its subschemas by drafts 4 to 7: a property may have a keyword's name, an example any.
 */
export function subschemasOf(schema: unknown): JsonObject[] {
  const found: JsonObject[] = [];
  const add = (given: unknown) => {
    if (isMap(given)) found.push(given);
  };
  add(schema);
  // The list grows while it is read.
  for (const each of found) {
    for (const keyword in each) {
      const given = each[keyword];
      if (ofSchemas.has(keyword)) {
        if (Array.isArray(given)) given.forEach(add);
        else add(given);
      } else if (ofNames.has(keyword) && isMap(given)) Object.values(given).forEach(add);
    }
  }
  return found;
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
