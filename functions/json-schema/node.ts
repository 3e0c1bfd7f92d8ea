import type { JsonObject } from "../values/json-object.ts";
import { type Assertions, type AssertionsOf, nothingFits } from "./assertions.ts";
import type { Spend } from "./budget.ts";
import { type Dialect, NotASchema } from "./dialect.ts";
import { type Pattern, patternOf } from "./patterns.ts";
import { References } from "./references.ts";

/** One schema within a schema: what it says of a value alone, and the schemas that lead on from it. */
export class SchemaNode {
  readonly rules: Assertions | undefined;
  applicators: Applicators | undefined;

  constructor(rules: Assertions | undefined) {
    this.rules = rules;
    this.applicators = undefined;
  }
}

/** Members are as in JSON Schema, but for a few. */
export interface Applicators {
  /** How many names it asks a value for, without going into it. */
  readonly nameLookups: number;
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
  /** Undefined where there are none; a value fits none of an empty list. */
  readonly anyOf: readonly SchemaNode[] | undefined;
  readonly oneOf: readonly SchemaNode[] | undefined;
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
  "additionalItems",
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

/** What making a tree needs beside the schema. */
export interface TreeParts {
  readonly dialect: Dialect;
  readonly assertionsOf: AssertionsOf;
  /** Is asked for what patterns and copies cost. */
  readonly spend: Spend;
}

/**
 * The tree of a schema, as far as the dialect reads it; a `$ref` is a branch that grows elsewhere. Throws NotASchema, which says
 * where, for what the dialect can't read, for a `$ref` that leads nowhere, and for a pattern that is none.
 */
export function nodeOf(schema: JsonObject, { dialect, assertionsOf, spend }: TreeParts): SchemaNode {
  const references = new References(schema);
  const nodes = new Map<JsonObject, SchemaNode>();
  /** Some pattern is left to the Import API: a value may fit less than is known here. */
  let isOpen = false;

  const patternIn = (text: string) => {
    const pattern = patternOf(text, dialect, spend);
    isOpen ||= pattern === null;
    return pattern;
  };
  const list = (given: unknown, at: string): readonly SchemaNode[] =>
    Array.isArray(given) ? (given as Given[]).map((each, n) => of(each, `${at}/${n}`)) : none;
  const maybe = (given: unknown, at: string) => (given === undefined ? undefined : of(given as Given, at));
  const find = (ref: string) => {
    const found = references.find(ref);
    spend(stepsOf(found));
    return found;
  };
  const entries = (given: unknown): readonly (readonly [string, Given | string[]])[] =>
    given === undefined ? none : Object.entries(given as Record<string, Given | string[]>);

  function of(schema: Given, at: string): SchemaNode {
    if (typeof schema === "boolean") return schema ? open : closed;
    const known = nodes.get(schema);
    if (known !== undefined) return known;
    const reading = dialect.read(schema, find);
    if ("fault" in reading) throw new NotASchema(`${at} ${reading.fault}`);
    const { keywords: given } = reading;
    if (typeof given.pattern === "string") patternIn(given.pattern);
    const rules = assertionsOf(given, spend);
    if (!keywords.some(each => Object.hasOwn(given, each)))
      return rules === undefined ? open : new SchemaNode(rules);
    const node = new SchemaNode(rules);
    nodes.set(schema, node);
    node.applicators = onwardOf(given, at);
    return node;
  }

  function onwardOf(given: JsonObject, at: string): Applicators {
    const required = (given.required ?? []) as string[];
    const dependencies = entries(given.dependencies);
    const dependentRequired = dependencies.filter((each): each is [string, string[]] =>
      Array.isArray(each[1]),
    );
    const dependentSchemas = dependencies.filter((each): each is [string, Given] => !Array.isArray(each[1]));
    const patterns = entries(given.patternProperties).map(
      ([name, each]) => [patternIn(name), of(each as Given, `${at}/patternProperties/${name}`)] as const,
    );
    const patternProperties = patterns.filter(
      (each): each is readonly [Pattern, SchemaNode] => each[0] !== null,
    );
    const isTuple = Array.isArray(given.items);
    const others = maybe(given.additionalItems, `${at}/additionalItems`);
    return {
      nameLookups: dependentRequired.reduce(
        (sum, [, names]) => sum + names.length,
        required.length + dependencies.length,
      ),
      required,
      properties:
        given.properties === undefined ? noProperties : propertiesOf(given.properties as JsonObject, at),
      patternProperties,
      // Where a pattern is left out, nothing can be said of the others.
      additionalProperties:
        patternProperties.length === patterns.length
          ? maybe(given.additionalProperties, `${at}/additionalProperties`)
          : undefined,
      propertyNames: maybe(given.propertyNames, `${at}/propertyNames`),
      dependentSchemas: dependentSchemas.map(([name, each]) => [
        name,
        of(each, `${at}/dependencies/${name}`),
      ]),
      dependentRequired,
      items: list(given.items, `${at}/items`),
      otherItems: isTuple ? others : maybe(given.items, `${at}/items`),
      contains: maybe(given.contains, `${at}/contains`),
      uniqueItems: given.uniqueItems === true,
      allOf:
        given.$ref === undefined
          ? list(given.allOf, `${at}/allOf`)
          : [...list(given.allOf, `${at}/allOf`), of(references.target(given.$ref, at), String(given.$ref))],
      anyOf: given.anyOf === undefined ? undefined : list(given.anyOf, `${at}/anyOf`),
      oneOf: given.oneOf === undefined ? undefined : list(given.oneOf, `${at}/oneOf`),
      not: maybe(given.not, `${at}/not`),
      if: maybe(given.if, `${at}/if`),
      ifFits: maybe(given.then, `${at}/then`),
      ifNot: maybe(given.else, `${at}/else`),
    };
  }

  function propertiesOf(given: JsonObject, at: string): Map<string, SchemaNode> {
    const properties = new Map<string, SchemaNode>();
    for (const name of Object.keys(given))
      properties.set(name, of(given[name] as Given, `${at}/properties/${name}`));
    return properties;
  }

  const root = of(schema, "schema");
  if (isOpen)
    for (const node of nodes.values()) node.applicators = node.applicators && surely(node.applicators);
  return root;
}

/** Without what could only be refused if all were known of what a value fits. */
const surely = (applicators: Applicators): Applicators => ({
  ...applicators,
  oneOf: undefined,
  not: undefined,
  if: undefined,
});

/** A map takes some 4 µs to check and to build, another list or map within a keyword less. */
const stepsPerMap = 100;
const stepsPerList = 25;
const stepsPerScalar = 4;

/** What it costs to read a schema, or what is within it. */
export function stepsOf(part: unknown): number {
  if (typeof part !== "object" || part === null) return stepsPerScalar;
  let steps = Array.isArray(part) ? stepsPerList : stepsPerMap;
  // Its own members: what the reader makes has no others.
  for (const name in part) steps += stepsOf((part as JsonObject)[name]);
  return steps;
}
