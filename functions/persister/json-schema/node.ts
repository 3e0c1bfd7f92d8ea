import type { JsonObject } from "../../stitchstream/stream-schema.ts";
import { NotASchema } from "./drafts.ts";
import { ExactNumber } from "./exact-number.ts";
import { nothingFits, rulesOf, type ValueRules } from "./rules.ts";

/** One schema within a schema: what it says of a value alone, and the schemas that lead on from it. */
export class SchemaNode {
  readonly rules: ValueRules | undefined;
  onward: Onward | undefined;

  constructor(rules: ValueRules | undefined) {
    this.rules = rules;
    this.onward = undefined;
  }
}

/** Members are as in JSON Schema, but for a few. */
export interface Onward {
  /** How many names it asks a value for, without going into it. */
  readonly asks: number;
  readonly required: readonly string[];
  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly additionalProperties: SchemaNode | undefined;
  readonly propertyNames: SchemaNode | undefined;
  /** By the name that calls for them: `dependencies` that are schemas, and those that are names. */
  readonly dependentSchemas: readonly (readonly [string, SchemaNode])[];
  readonly dependentRequired: readonly (readonly [string, readonly string[]])[];
  /** Of an array's first elements; `otherItems` of those behind them. */
  readonly items: readonly SchemaNode[];
  readonly otherItems: SchemaNode | undefined;
  readonly contains: SchemaNode | undefined;
  /** A `$ref` is one of them. */
  readonly allOf: readonly SchemaNode[];
  readonly anyOf: readonly SchemaNode[];
  readonly oneOf: readonly SchemaNode[];
  readonly not: SchemaNode | undefined;
  readonly if: SchemaNode | undefined;
  /** Of a value that fits `if`, and of one that does not. */
  readonly ifFits: SchemaNode | undefined;
  readonly ifNot: SchemaNode | undefined;
}

const keywords = [
  "required",
  "properties",
  "additionalProperties",
  "propertyNames",
  "dependencies",
  "items",
  "contains",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "$ref",
] as const;

const open = new SchemaNode(undefined);
const closed = new SchemaNode(nothingFits);
const none: readonly SchemaNode[] = [];

type Given = boolean | JsonObject;

/**
 * The tree of a schema that its draft's own schema has passed; a `$ref` is a branch that grows elsewhere. Throws NotASchema
 * for one that leads nowhere. Nothing is fetched.
 */
export function nodeOf(schema: JsonObject): SchemaNode {
  const nodes = new Map<JsonObject, SchemaNode>();
  let byId: ReadonlyMap<string, JsonObject> | undefined;

  const list = (given: unknown) => (Array.isArray(given) ? (given as Given[]).map(of) : none);
  const maybe = (given: unknown) => (given === undefined ? undefined : of(given as Given));
  const entries = (given: unknown) => Object.entries((given ?? {}) as Record<string, Given | string[]>);

  function of(given: Given): SchemaNode {
    if (typeof given === "boolean") return given ? open : closed;
    const known = nodes.get(given);
    if (known !== undefined) return known;
    const node = new SchemaNode(rulesOf(given));
    if (!keywords.some(each => Object.hasOwn(given, each))) return node;
    nodes.set(given, node);
    node.onward = onwardOf(given);
    return node;
  }

  function onwardOf(given: JsonObject): Onward {
    const required = (given.required ?? []) as string[];
    const dependencies = entries(given.dependencies);
    const dependentRequired = dependencies.filter((each): each is [string, string[]] =>
      Array.isArray(each[1]),
    );
    const dependentSchemas = dependencies.filter((each): each is [string, Given] => !Array.isArray(each[1]));
    const isTuple = Array.isArray(given.items);
    return {
      asks: dependentRequired.reduce(
        (sum, [, names]) => sum + names.length,
        required.length + dependencies.length,
      ),
      required,
      properties: new Map(entries(given.properties).map(([name, each]) => [name, of(each as Given)])),
      // Which names patterns describe is not looked at: so nothing can be said of the others.
      additionalProperties:
        given.patternProperties === undefined ? maybe(given.additionalProperties) : undefined,
      propertyNames: maybe(given.propertyNames),
      dependentSchemas: dependentSchemas.map(([name, each]) => [name, of(each)]),
      dependentRequired,
      items: list(given.items),
      otherItems: maybe(isTuple ? given.additionalItems : given.items),
      contains: maybe(given.contains),
      allOf: given.$ref === undefined ? list(given.allOf) : [...list(given.allOf), of(target(given.$ref))],
      anyOf: list(given.anyOf),
      oneOf: list(given.oneOf),
      not: maybe(given.not),
      if: maybe(given.if),
      ifFits: maybe(given.then),
      ifNot: maybe(given.else),
    };
  }

  function target(ref: unknown): Given {
    if (typeof ref !== "string") throw new NotASchema("a $ref is a string");
    const found = ref === "#" ? schema : ref.startsWith("#/") ? at(schema, ref) : ids().get(ref);
    if (typeof found === "boolean" || isObject(found)) return found;
    throw new NotASchema(`its $ref ${JSON.stringify(ref.slice(0, 100))} is not in it: nothing is fetched`);
  }

  function ids(): ReadonlyMap<string, JsonObject> {
    byId ??= new Map(idsIn(schema));
    return byId;
  }

  return of(schema);
}

/** What a JSON pointer in a URI's fragment, RFC 6901 section 6, points to. */
function at(schema: JsonObject, pointer: string): unknown {
  let found: unknown = schema;
  for (const part of pointer.slice("#/".length).split("/")) {
    const name = unescaped(part);
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as JsonObject)[name];
  }
  return found;
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return part;
  }
}

/** Schemas by the `$id` or `id` they give themselves. */
function* idsIn(schema: unknown): Generator<[string, JsonObject]> {
  if (typeof schema !== "object" || schema === null) return;
  if (isObject(schema))
    for (const id of [schema.$id, schema.id]) if (typeof id === "string") yield [id, schema];
  for (const each of Object.values(schema)) yield* idsIn(each);
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
