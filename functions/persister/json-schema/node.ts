import type { JsonObject } from "../../stitchstream/stream-schema.ts";
import { type Pattern, patternOf, type Spend } from "./patterns.ts";
import { References } from "./references.ts";
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
  /** By the patterns that their names are to hold. */
  readonly patternProperties: readonly (readonly [Pattern, SchemaNode])[];
  /** Of those that have neither a name nor a pattern above. */
  readonly additionalProperties: SchemaNode | undefined;
  readonly propertyNames: SchemaNode | undefined;
  /** By the name that calls for them: `dependencies` that are schemas, and those that are names. */
  readonly dependentSchemas: readonly (readonly [string, SchemaNode])[];
  readonly dependentRequired: readonly (readonly [string, readonly string[]])[];
  /** Of an array's first elements; `otherItems` of those behind them. */
  readonly items: readonly SchemaNode[];
  readonly otherItems: SchemaNode | undefined;
  readonly contains: SchemaNode | undefined;
  readonly uniqueItems: boolean;
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
  "patternProperties",
  "additionalProperties",
  "propertyNames",
  "dependencies",
  "items",
  "contains",
  "uniqueItems",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "$ref",
] as const;

const open = new SchemaNode(undefined);
const closed = new SchemaNode(nothingFits);
const none: readonly never[] = [];
const noProperties: ReadonlyMap<string, SchemaNode> = new Map();

type Given = boolean | JsonObject;

/**
 * The tree of a schema that its draft's own schema has passed; a `$ref` is a branch that grows elsewhere. Throws NotASchema
 * for one that leads nowhere, and for a pattern that is none. `spend` is what `Pattern`s cost.
 */
export function nodeOf(schema: JsonObject, spend: Spend): SchemaNode {
  const references = new References(schema);
  const nodes = new Map<JsonObject, SchemaNode>();
  /** Some pattern is left to the Import API: a value may fit less than is known here. */
  let isOpen = false;

  const patternIn = (text: string) => {
    const pattern = patternOf(text, spend);
    isOpen ||= pattern === null;
    return pattern;
  };
  const list = (given: unknown): readonly SchemaNode[] =>
    Array.isArray(given) ? (given as Given[]).map(of) : none;
  const maybe = (given: unknown) => (given === undefined ? undefined : of(given as Given));
  const entries = (given: unknown): readonly (readonly [string, Given | string[]])[] =>
    given === undefined ? none : Object.entries(given as Record<string, Given | string[]>);

  function of(given: Given): SchemaNode {
    if (typeof given === "boolean") return given ? open : closed;
    const known = nodes.get(given);
    if (known !== undefined) return known;
    if (typeof given.pattern === "string") patternIn(given.pattern);
    const rules = rulesOf(given, spend);
    if (!keywords.some(each => Object.hasOwn(given, each)))
      return rules === undefined ? open : new SchemaNode(rules);
    const node = new SchemaNode(rules);
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
    const patterns = entries(given.patternProperties).map(
      ([name, each]) => [patternIn(name), of(each as Given)] as const,
    );
    const patternProperties = patterns.filter(
      (each): each is readonly [Pattern, SchemaNode] => each[0] !== null,
    );
    const isTuple = Array.isArray(given.items);
    return {
      asks: dependentRequired.reduce(
        (sum, [, names]) => sum + names.length,
        required.length + dependencies.length,
      ),
      required,
      properties:
        given.properties === undefined
          ? noProperties
          : new Map(entries(given.properties).map(([name, each]) => [name, of(each as Given)])),
      patternProperties,
      // Where a pattern is left out, nothing can be said of the others.
      additionalProperties:
        patternProperties.length === patterns.length ? maybe(given.additionalProperties) : undefined,
      propertyNames: maybe(given.propertyNames),
      dependentSchemas: dependentSchemas.map(([name, each]) => [name, of(each)]),
      dependentRequired,
      items: list(given.items),
      otherItems: maybe(isTuple ? given.additionalItems : given.items),
      contains: maybe(given.contains),
      uniqueItems: given.uniqueItems === true,
      allOf:
        given.$ref === undefined
          ? list(given.allOf)
          : [...list(given.allOf), of(references.target(given.$ref))],
      anyOf: list(given.anyOf),
      oneOf: list(given.oneOf),
      not: maybe(given.not),
      if: maybe(given.if),
      ifFits: maybe(given.then),
      ifNot: maybe(given.else),
    };
  }

  const root = of(schema);
  if (isOpen) for (const node of nodes.values()) node.onward = node.onward && surely(node.onward);
  return root;
}

/** Without what could only be refused if all were known of what a value fits. */
const surely = (onward: Onward): Onward => ({ ...onward, oneOf: none, not: undefined, if: undefined });
