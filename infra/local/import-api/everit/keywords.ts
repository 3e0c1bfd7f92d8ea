import { nameOf } from "../names.ts";
import { Refusal } from "../refusal.ts";
import { Digits, type Value } from "../values.ts";
import type { Check, Schema } from "./violation.ts";

/** Returns the refusal of a schema for which everit's SchemaLoader throws. */
export const invalidSchema = (message: string) =>
  new Refusal(400, { error: `Invalid JSON schema: ${message}` });

const wrongType = (key: string, expected: string, found: Value) =>
  invalidSchema(`key ${key} : expected type: ${expected} , found : ${nameOf(found)}`);

/**
 * Returns the value of a counting keyword. everit 1.5.1 reads 32 bits; the service accepts more (client
 * code): tap-mysql prints `maxLength` 4294967295 for LONGTEXT.
 */
export function countAt(schema: Schema, key: string): number | undefined {
  const value = schema.get(key);
  if (value === undefined) return undefined;
  if (!(value instanceof Digits) || !/^-?\d+$/.test(value.text)) throw wrongType(key, "Integer", value);
  return Number(value.text);
}

/** Returns a number, which everit compares as a double. */
export function numberAt(schema: Schema, key: string): Digits | undefined {
  const value = schema.get(key);
  if (value === undefined || value instanceof Digits) return value;
  throw wrongType(key, "Number", value);
}

export function booleanAt(schema: Schema, key: string): boolean {
  const value = schema.get(key) ?? false;
  if (typeof value === "boolean" && schema.get(key) !== null) return value;
  throw wrongType(key, "Boolean", schema.get(key)!);
}

export function textAt(schema: Schema, key: string): string | undefined {
  const value = schema.get(key);
  if (value === undefined || typeof value === "string") return value;
  throw wrongType(key, "String", value);
}

/** Returns a list of texts, as org.json's getJSONArray does. */
export function textsAt(schema: Schema, key: string): readonly string[] {
  return listAt(schema, key).map((value, i) => {
    if (typeof value === "string") return value;
    throw invalidSchema(`JSONArray[${i}] not a string.`);
  });
}

export function listAt(schema: Schema, key: string): readonly Value[] {
  const value = schema.get(key);
  if (Array.isArray(value)) return value;
  throw invalidSchema(`JSONObject["${key}"] is not a JSONArray.`);
}

export function mapAt(schema: Schema, key: string): Schema {
  const value = schema.get(key);
  if (value instanceof Map) return value;
  throw invalidSchema(`JSONObject["${key}"] is not a JSONObject.`);
}

/** In its messages, everit uses the key `null` for a schema without a keyword of its own. */
export function expectObject(value: Value, key: string, expected = "JSONObject"): Schema {
  if (value instanceof Map) return value;
  throw invalidSchema(`key ${key}: expected type is one of ${expected}, found: ${nameOf(value)}`);
}

/** Loads a subschema. */
export type LoadChild = (schema: Schema) => Check;

/** Returns the check of the schema under a name or in a list. */
export const loadNamed = (schema: Value, key: string, loadChild: LoadChild, expected?: string): Check =>
  loadChild(expectObject(schema, key, expected));
