import type { Reading } from "../../json-schema/index.ts";
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
/** A keyword's kind of value, as a bit. */
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
 * Reads a schema as the Import API does: everit json-schema 1.5.1, SchemaLoader.java. Next to an `enum`,
 * nothing else counts. One of `allOf`, `anyOf` and `oneOf` is combined with the type's keywords. A `$ref`
 * is replaced by its target, whose keywords those next to the `$ref` override. Without a type, only the
 * keywords of one kind of value count: of arrays before objects, numbers and texts. `not` counts if there
 * is nothing else. Keywords newer than draft 4 are ignored. A keyword that is null counts as absent.
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
  // everit reads `additionalItems` even next to an empty list of `items`, which is not a tuple. Without
  // `items`, it is read and applies to nothing.
  if (Array.isArray(keywords.items) && keywords.items.length === 0) delete keywords.items;
  return { keywords };
}

/** Returns the keywords that are read, with annotations, or why the schema can't be read. */
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
 * Returns the first kind whose keywords occur. A boolean `exclusiveMinimum` is draft 4's and does not
 * count.
 */
function sniffed(schema: JsonObject, names: readonly string[]): number {
  let bits = 0;
  for (const name of names)
    if (!name.startsWith("exclusive") || isNumber(schema[name])) bits |= kindOf.get(name) ?? 0;
  // The lowest bit.
  return bits & -bits;
}

const keywordsRead: ReadonlySet<string> = new Set(["type", "enum", "not", ...choices, ...kindOf.keys()]);

/** Returns a schema merged with the targets of its `$ref`s, or why they can't be read. */
function followed(schema: JsonObject, find: (ref: string) => unknown): JsonObject | string {
  let merged = schema;
  const seen = new Set<unknown>();
  // Next to these, a `$ref` is ignored.
  while (has(merged, "$ref") && !["enum", ...choices].some(each => has(merged, each))) {
    const { $ref: ref, ...others } = merged;
    if (typeof ref !== "string") return "has a $ref that is not a string";
    // A `$ref` next to annotations alone is kept, so that all references share its compiled target.
    if (!Object.keys(others).some(each => keywordsRead.has(each)))
      return Object.fromEntries(
        Object.entries(merged).filter(([name]) => name === "$ref" || annotations.has(name)),
      );
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
