import type { Reading } from "../../persister/ports.ts";
import type { JsonObject } from "../../stitchstream/stream-schema.ts";
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
const ofTypes = new Map<unknown, readonly string[]>([
  ["array", ofArrays],
  ["object", ofObjects],
  ["number", ofNumbers],
  ["integer", ofNumbers],
  ["string", ofTexts],
]);

/**
 * What the Import API reads of a schema: everit json-schema 1.5.1, SchemaLoader.java. An `enum` stands alone; one of `allOf`,
 * `anyOf` and `oneOf` stands beside a type's keywords; a `$ref` is what it leads to, with the keywords beside it put over that;
 * without a type the keywords of one kind of value count, of arrays before objects, numbers and texts; `not` counts where there
 * is nothing else. What is newer than draft 4 is passed over. A keyword that is null is taken for none.
 */
export function readSchema(schema: JsonObject, find: (ref: string) => unknown): Reading {
  const merged = followed(schema, find);
  if (typeof merged === "string") return { fault: merged };
  const chosen = choices.filter(each => has(merged, each));
  if (chosen.length > 1 && !has(merged, "enum"))
    return { fault: `has ${chosen.join(" and ")}: the Import API reads one of them` };
  const names = namesRead(merged, chosen);
  const keywords: Record<string, unknown> = {};
  for (const name of [...annotations, ...names]) {
    const fault = has(merged, name) ? faultIn(name, merged[name]) : undefined;
    if (fault !== undefined) return { fault };
  }
  for (const name of names) keywords[name] = merged[name];
  // A list of none is no tuple.
  if (Array.isArray(keywords.items) && keywords.items.length === 0) delete keywords.additionalItems;
  return { keywords };
}

function namesRead(schema: JsonObject, chosen: readonly string[]): readonly string[] {
  if (has(schema, "$ref") && chosen.length === 0 && !has(schema, "enum")) return ["$ref"];
  if (has(schema, "enum")) return ["enum"];
  const ofType = has(schema, "type") ? namesOfTypes(schema.type) : sniffed(schema);
  const names = [...ofType, ...chosen].filter(each => has(schema, each));
  return names.length === 0 && has(schema, "not") ? ["not"] : names;
}

const namesOfTypes = (type: unknown): readonly string[] => [
  "type",
  ...new Set([type].flat().flatMap(each => ofTypes.get(each) ?? [])),
];

const keywordsRead: ReadonlySet<string> = new Set(["type", "enum", "not", ...choices, ...kinds.flat()]);

/** Without a type. Boolean `exclusiveMinimum` is draft 4's, and says nothing by itself. */
const sniffed = (schema: JsonObject): readonly string[] =>
  kinds.find(names => names.some(each => has(schema, each) && !isAlone(each, schema[each]))) ?? [];
const isAlone = (name: string, value: unknown) => name.startsWith("exclusive") && !isNumber(value);

/** A schema with what its `$ref` leads to, and that one's; or why there is none. */
function followed(schema: JsonObject, find: (ref: string) => unknown): JsonObject | string {
  let merged = schema;
  const seen = new Set<unknown>();
  // Beside these a `$ref` is passed over.
  while (has(merged, "$ref") && !["enum", ...choices].some(each => has(merged, each))) {
    const { $ref: ref, ...others } = merged;
    // By itself: whoever refers to the same shares what is made of it.
    if (typeof ref === "string" && !Object.keys(others).some(each => keywordsRead.has(each)))
      return { $ref: ref };
    if (typeof ref !== "string") return "has a $ref that is not a string";
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
