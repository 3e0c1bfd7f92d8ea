import type { JsonObject } from "../values/json-object.ts";
import { type Assertions, type AssertionsOf, nothingMatches } from "./assertions.ts";
import type { Spend } from "./budget.ts";
import { type Dialect, NotASchema } from "./dialect.ts";
import type { Pattern, Patterns } from "./patterns.ts";
import { References } from "./references.ts";

/** A compiled schema or subschema: its own assertions, and the subschemas that it applies. */
export class SchemaNode {
  readonly rules: Assertions | undefined;
  applicators: Applicators | undefined;

  constructor(rules: Assertions | undefined) {
    this.rules = rules;
    this.applicators = undefined;
  }
}

/** Most members have the names and meanings of JSON Schema. */
export interface Applicators {
  /** The number of names that are looked up in a value, without reading their values. */
  readonly nameLookups: number;
  readonly required: readonly string[];
  readonly properties: ReadonlyMap<string, SchemaNode>;
  /** Subschemas by the patterns of property names. */
  readonly patternProperties: readonly (readonly [Pattern, SchemaNode])[];
  /** For properties that match neither a name nor a pattern above. */
  readonly additionalProperties: SchemaNode | undefined;
  readonly propertyNames: SchemaNode | undefined;
  /** By the property that triggers them: `dependencies` that are schemas, and those that are names. */
  readonly dependentSchemas: readonly (readonly [string, SchemaNode])[];
  readonly dependentRequired: readonly (readonly [string, readonly string[]])[];
  /** For an array's first elements; `otherItems` is for the rest. */
  readonly items: readonly SchemaNode[];
  readonly otherItems: SchemaNode | undefined;
  readonly contains: SchemaNode | undefined;
  readonly uniqueItems: boolean;
  /** Includes the target of a `$ref`. */
  readonly allOf: readonly SchemaNode[];
  /** Undefined without the keyword; no value matches an empty list. */
  readonly anyOf: readonly SchemaNode[] | undefined;
  readonly oneOf: readonly SchemaNode[] | undefined;
  readonly not: SchemaNode | undefined;
  readonly if: SchemaNode | undefined;
  /** For a value that matches `if`, and for one that does not. */
  readonly ifMatches: SchemaNode | undefined;
  readonly ifNot: SchemaNode | undefined;
}

/** Returns whether a schema checks the values of a map's members. */
export const checksMembers = ({
  properties,
  patternProperties,
  additionalProperties,
}: Applicators): boolean =>
  properties.size > 0 || patternProperties.length > 0 || additionalProperties !== undefined;

/** Returns whether a map may have no other names than those of `properties`. */
export const isClosed = ({ additionalProperties, patternProperties }: Applicators): boolean =>
  additionalProperties?.rules === nothingMatches && patternProperties.length === 0;

/** Returns whether a map's names alone may show that it does not match. */
export const limitsNames = (applicators: Applicators): boolean =>
  applicators.required.length > 0 || isClosed(applicators);

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
const closed = new SchemaNode(nothingMatches);
const none: readonly never[] = [];
const noProperties: ReadonlyMap<string, SchemaNode> = new Map();

type Given = boolean | JsonObject;

/** The parts that compiling needs besides the schema. */
export interface TreeParts {
  readonly dialect: Dialect;
  readonly patterns: Patterns;
  readonly assertionsOf: AssertionsOf;
  /** Charges the cost of patterns and copies. */
  readonly spend: Spend;
}

/**
 * Compiles a schema to a tree, as far as the dialect reads it; a `$ref` shares its target's node. Throws
 * NotASchema, which says where, for a schema that the dialect can't read, a `$ref` without a target and an
 * invalid pattern.
 */
export function nodeOf(schema: JsonObject, parts: TreeParts): SchemaNode {
  const { dialect, patterns, assertionsOf, spend } = parts;
  const references = new References(schema);
  const nodes = new Map<JsonObject, SchemaNode>();
  /** Targets of references whose keywords are still to be compiled: thousands in a row overflow the stack. */
  const pending: (() => void)[] = [];
  /** Some pattern is left to the destination, so fewer values may conform than is known here. */
  let isOpen = false;

  const patternIn = (text: string) => {
    const pattern = patterns.compile(text, spend);
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

  const target = (ref: unknown, at: string) => of(references.target(ref, at), String(ref), true);

  function of(schema: Given, at: string, isTarget = false): SchemaNode {
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
    const complete = () => {
      node.applicators = applicatorsOf(given, at);
    };
    if (isTarget) pending.push(complete);
    else complete();
    return node;
  }

  function applicatorsOf(given: JsonObject, at: string): Applicators {
    const required = (given.required ?? []) as string[];
    const dependencies = entries(given.dependencies);
    const dependentRequired = dependencies.filter((each): each is [string, string[]] =>
      Array.isArray(each[1]),
    );
    const dependentSchemas = dependencies.filter((each): each is [string, Given] => !Array.isArray(each[1]));
    const byPattern = entries(given.patternProperties).map(
      ([name, each]) => [patternIn(name), of(each as Given, `${at}/patternProperties/${name}`)] as const,
    );
    const patternProperties = byPattern.filter(
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
      // If a pattern is not checked, it is unknown which properties are additional.
      additionalProperties:
        patternProperties.length === byPattern.length
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
          : [...list(given.allOf, `${at}/allOf`), target(given.$ref, at)],
      anyOf: given.anyOf === undefined ? undefined : list(given.anyOf, `${at}/anyOf`),
      oneOf: given.oneOf === undefined ? undefined : list(given.oneOf, `${at}/oneOf`),
      not: maybe(given.not, `${at}/not`),
      if: maybe(given.if, `${at}/if`),
      ifMatches: maybe(given.then, `${at}/then`),
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
  for (let complete = pending.pop(); complete !== undefined; complete = pending.pop()) complete();
  if (isOpen)
    for (const node of nodes.values())
      node.applicators = node.applicators && withoutNegations(node.applicators);
  return root;
}

/** Removes the keywords that need to know everything that a value matches. */
const withoutNegations = (applicators: Applicators): Applicators => ({
  ...applicators,
  oneOf: undefined,
  not: undefined,
  if: undefined,
});

/** A schema takes about 4 µs to check and build, another list or map in a keyword less. */
const stepsPerMap = 100;
const stepsPerList = 25;
const stepsPerScalar = 4;

/** Returns the cost of reading a schema or a part of one. */
export function stepsOf(part: unknown): number {
  if (typeof part !== "object" || part === null) return stepsPerScalar;
  let steps = Array.isArray(part) ? stepsPerList : stepsPerMap;
  // `in` is safe: the reader's objects have no inherited members.
  for (const name in part) steps += stepsOf((part as JsonObject)[name]);
  return steps;
}
