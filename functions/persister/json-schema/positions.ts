import type { JsonObject } from "../../stitchstream/stream-schema.ts";

/** Keywords that have a schema under them, or a list of them. */
const ofSchemas = [
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
] as const;
/** Keywords that have a map of schemas under them, by names that are the streamer's own. */
const ofNames = ["properties", "patternProperties", "dependencies", "definitions", "$defs"] as const;

/** A schema and those within it, where drafts 4 to 7 have schemas: a property may have a keyword's name, an example any. */
export function schemasIn(schema: unknown): JsonObject[] {
  const found: JsonObject[] = [];
  const add = (given: unknown) => {
    if (isMap(given)) found.push(given);
  };
  add(schema);
  // It grows on the way.
  for (const each of found) {
    for (const keyword of ofSchemas) {
      const given = each[keyword];
      if (Array.isArray(given)) given.forEach(add);
      else add(given);
    }
    for (const keyword of ofNames) {
      const given = each[keyword];
      if (isMap(given)) Object.values(given).forEach(add);
    }
  }
  return found;
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
