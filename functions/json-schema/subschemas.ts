import type { JsonObject } from "../values/json-object.ts";

/** Keywords that have a schema under them, or a list of them. */
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
/** Keywords that have a map of schemas under them, by names that are the streamer's own. */
const ofNames: ReadonlySet<string> = new Set([
  ...["properties", "patternProperties", "dependencies", "definitions", "$defs"],
]);

/** A schema and those within it, where drafts 4 to 7 have schemas: a property may have a keyword's name, an example any. */
export function subschemasOf(schema: unknown): JsonObject[] {
  const found: JsonObject[] = [];
  const add = (given: unknown) => {
    if (isMap(given)) found.push(given);
  };
  add(schema);
  // It grows on the way.
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
