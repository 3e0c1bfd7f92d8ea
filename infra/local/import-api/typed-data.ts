import { instantOfText } from "./instants.ts";
import type { Value } from "./values.ts";

type Schema = ReadonlyMap<string, Value>;

/**
 * Returns a record's data with an instant for each text that its schema calls a `date-time`, itself or in a
 * choice, as tap-salesforce does: a timestamp once it is loaded. Text that no timestamp of DuckDB's holds
 * stays text.
 */
export function withInstants(data: ReadonlyMap<string, Value>, schema: Schema): Map<string, Value> {
  const typed = new Map(data);
  for (const [name, property] of propertiesOf(schema)) {
    const value = data.get(name);
    if (typeof value !== "string" || !isDateTime(property, schema, referencesMax)) continue;
    typed.set(name, instantOfText(value) ?? value);
  }
  return typed;
}

const propertiesOf = (schema: Schema) => {
  const properties = schema.get("properties");
  return properties instanceof Map ? properties : new Map<string, Value>();
};

/** `$ref`s may lead in circles. */
const referencesMax = 8;

function isDateTime(schema: Value, root: Schema, depthLeft: number): boolean {
  if (!(schema instanceof Map) || depthLeft === 0) return false;
  const choices = ["anyOf", "oneOf", "allOf"].flatMap(key => schema.get(key) ?? []);
  return (
    schema.get("format") === "date-time" ||
    choices.some(choice => isDateTime(choice, root, depthLeft - 1)) ||
    isDateTime(definitionOf(schema.get("$ref"), root), root, depthLeft - 1)
  );
}

/** Returns the definition that a `$ref` leads to; null if nothing has that name. */
function definitionOf(ref: Value | undefined, root: Schema): Value {
  const [, keyword = "", name = ""] = /^#\/(definitions|\$defs)\/([^/~%]+)$/.exec(String(ref)) ?? [];
  const definitions = root.get(keyword);
  return definitions instanceof Map ? (definitions.get(name) ?? null) : null;
}
