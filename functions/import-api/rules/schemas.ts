import type { Reading } from "../../json-schema/dialect.ts";
import type { JsonObject } from "../../values/json-object.ts";
import { annotations, faultIn, isNumber } from "./keywords.ts";

const choices = ["allOf", "anyOf", "oneOf"] as const;
const ofArrays = ["items", "additionalItems", "minItems", "maxItems", "uniqueItems"] as const;
const ofObjects = [
  ...["properties", "required", "minProperties", "maxProperties"],
  ...["dependencies", "patternProperties", "additionalProperties"],
] as const;
const ofNumbers = ["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"] as const;
const ofTexts = ["minLength", "maxLength", "pattern", "format"] as const;
const kinds = [ofArrays, ofObjects, ofNumbers, ofTexts] as const;
/** By what a keyword is of: a bit for each kind. */
const kindOf: ReadonlyMap<string, number> = new Map(
  kinds.flatMap((names, n) => names.map(name => [name as string, 1 << n] as const)),
);
const kindsOfType: Readonly<Record<string, number>> = {
  array: 1,
  object: 2,
  number: 4,
  integer: 4,
  string: 8,
};

/**
 * What the Import API reads of a schema: everit json-schema 1.5.1, SchemaLoader.java. An `enum` stands alone;
 * one of `allOf`, `anyOf` and `oneOf` stands beside a type's keywords; a `$ref` is what it leads to, with the
 * keywords beside it put over that; without a type the keywords of one kind of value count, of arrays before
 * objects, numbers and texts; `not` counts where there is nothing else. What is newer than draft 4 is passed
 * over. A keyword that is null counts as absent.
 */
export function readSchema(schema: JsonObject, find: (ref: string) => unknown): Reading {
  const merged = followed(schema, find);
  if (typeof merged === "string") return { fault: merged };
  const names = namesRead(merged);
  if (typeof names === "string") return { fault: names };
  const keywords: Record<string, unknown> = {};
  for (const name of names) {
    const fault = faultIn(name, merged[name]);
    if (fault !== undefined) return { fault };
    if (!annotations.has(name)) keywords[name] = merged[name];
  }
  // An empty list of items is not a tuple.
  if (Array.isArray(keywords.items) && keywords.items.length === 0) delete keywords.additionalItems;
  return { keywords };
}

/** The keywords that are read, annotations included; or why the schema can't be read. */
function namesRead(schema: JsonObject): readonly string[] | string {
  const names = Object.keys(schema).filter(each => schema[each] !== null);
  const named = (read: (name: string) => boolean) =>
    names.filter(each => annotations.has(each) || read(each));
  if (has(schema, "enum")) return named(each => each === "enum");
  const chosen = choices.filter(each => has(schema, each));
  if (chosen.length > 1) return `has ${chosen.join(" and ")}: the Import API reads one of them`;
  if (chosen.length === 0 && has(schema, "$ref")) return named(each => each === "$ref");
  const isTyped = has(schema, "type");
  const bits = isTyped ? bitsOf(schema.type) : sniffed(schema, names);
  const isRead = (name: string) =>
    (isTyped && name === "type") || name === chosen[0] || (bits & (kindOf.get(name) ?? 0)) !== 0;
  const isAlone = !isTyped && chosen.length === 0 && bits === 0;
  return named(isAlone ? each => each === "not" : isRead);
}

function bitsOf(type: unknown): number {
  if (!Array.isArray(type)) return kindsOfType[type as string] ?? 0;
  return type.reduce((bits: number, each) => bits | (kindsOfType[each as string] ?? 0), 0);
}

/**
 * Without a type: the first kind that is named. Boolean `exclusiveMinimum` is draft 4's, and names none by
 * itself.
 */
function sniffed(schema: JsonObject, names: readonly string[]): number {
  let bits = 0;
  for (const name of names)
    if (!name.startsWith("exclusive") || isNumber(schema[name])) bits |= kindOf.get(name) ?? 0;
  // The lowest.
  return bits & -bits;
}

const keywordsRead: ReadonlySet<string> = new Set(["type", "enum", "not", ...choices, ...kindOf.keys()]);

/** A schema merged with what its `$ref` leads to, and so on; or why that can't be read. */
function followed(schema: JsonObject, find: (ref: string) => unknown): JsonObject | string {
  let merged = schema;
  const seen = new Set<unknown>();
  // Next to these, a `$ref` is ignored.
  while (has(merged, "$ref") && !["enum", ...choices].some(each => has(merged, each))) {
    const { $ref: ref, ...others } = merged;
    if (typeof ref !== "string") return "has a $ref that is not a string";
    // By itself: whoever refers to the same shares what is made of it.
    if (!Object.keys(others).some(each => keywordsRead.has(each))) return { $ref: ref };
    if (seen.has(ref)) return `has a $ref that leads to itself, ${shown(ref)}`;
    seen.add(ref);
    const target = find(ref);
    if (typeof target === "boolean") return target ? others : { not: {} };
    if (!isObject(target)) return `has a $ref to ${shown(ref)}, which is not in it: nothing is fetched`;
    merged = { ...target, ...others };
  }
  return merged;
}

const has = (schema: JsonObject, name: string): boolean =>
  Object.hasOwn(schema, name) && schema[name] !== null;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const shown = (text: string) => JSON.stringify(text.slice(0, 100));
