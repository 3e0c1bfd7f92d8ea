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
export function* schemasIn(schema: unknown): Generator<JsonObject> {
  if (!isMap(schema)) return;
  yield schema;
  for (const keyword of ofSchemas) {
    const given = schema[keyword];
    for (const each of Array.isArray(given) ? (given as unknown[]) : [given]) yield* schemasIn(each);
  }
  for (const keyword of ofNames) {
    const given = schema[keyword];
    if (isMap(given)) for (const each of Object.values(given)) yield* schemasIn(each);
  }
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
