import type { JsonObject } from "../values/json-object.ts";
import { partsOfPointer } from "../values/json-pointer.ts";
import type { ColumnType } from "./types.ts";

/** A schema may refer to itself, and its choices may nest. */
const depthMax = 16;
const choices = ["anyOf", "oneOf", "allOf"] as const;

/**
 * Returns the type of each field that a stream's schema declares; `undefined` for one that is always null.
 * Everything that is not one type of value is text. Numbers keep their digits: never a double.
 */
export function declaredTypes(schema: JsonObject): ReadonlyMap<string, ColumnType | undefined> {
  const types = new Map<string, ColumnType | undefined>();
  for (const [name, property] of Object.entries(propertiesOf(schema, schema, 0))) {
    const found = typesOf(property, schema, 0);
    types.set(name, found.size === 0 ? undefined : common([...found]));
  }
  return types;
}

function propertiesOf(node: unknown, root: JsonObject, depth: number): JsonObject {
  if (!isObject(node) || depth > depthMax) return {};
  const target = typeof node.$ref === "string" ? propertiesOf(find(root, node.$ref), root, depth + 1) : {};
  const all = choices.flatMap(each => listOf(node[each]).map(one => propertiesOf(one, root, depth + 1)));
  return Object.assign({}, target, ...all, isObject(node.properties) ? node.properties : {}) as JsonObject;
}

type Found = ReadonlySet<ColumnType>;
const setOf = (...types: readonly ColumnType[]): Found => new Set(types);
const nothing: Found = setOf();
const anything: Found = setOf("text");

/** Returns the types of the values that a schema allows, null aside. */
function typesOf(node: unknown, root: JsonObject, depth: number): Found {
  if (!isObject(node) || depth > depthMax) return anything;
  if (typeof node.$ref === "string") return typesOf(find(root, node.$ref), root, depth + 1);
  if (node.type !== undefined) return new Set([node.type].flat().flatMap(type => typeOf(type, node)));
  for (const each of choices) {
    const list = listOf(node[each]);
    if (list.length > 0) return union(list.map(one => typesOf(one, root, depth + 1)));
  }
  return Array.isArray(node.enum) && node.enum.every(each => each === null) ? nothing : anything;
}

function typeOf(type: unknown, { format }: JsonObject): ColumnType[] {
  switch (type) {
    case "null":
      return [];
    case "integer":
      return ["bigint"];
    case "number":
      return ["numeric"];
    case "boolean":
      return ["boolean"];
    case "object":
    case "array":
      return ["jsonb"];
    default:
      return [format === "date-time" ? "timestamptz" : "text"];
  }
}

/** Returns the type that holds all of these. */
function common(types: readonly ColumnType[]): ColumnType {
  if (types.every(type => type === types[0])) return types[0]!;
  return types.every(type => type === "bigint" || type === "numeric") ? "numeric" : "text";
}

const union = (found: readonly Found[]): Found => new Set(found.flatMap(each => [...each]));
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function find(root: JsonObject, ref: string): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) return undefined;
  let at: unknown = root;
  for (const part of partsOfPointer(ref)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as JsonObject)[part];
  }
  return at;
}
