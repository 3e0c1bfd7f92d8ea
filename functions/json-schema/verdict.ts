import type { Verdict } from "./assertions.ts";
import type { Applicators, SchemaNode } from "./node.ts";
import { typeBits } from "./types.ts";

/**
 * Returns the schemas that are left to check for values of `type`, a bit of `typeBits`, if all of `nodes`
 * apply to them: those whose assertions or members depend on the value. The list is empty if every value
 * conforms. Returns undefined if none does, or if checking one schema after another is not enough.
 */
export function partsOf(nodes: readonly SchemaNode[], type: number): readonly SchemaNode[] | undefined {
  const parts: SchemaNode[] = [];
  return nodes.every(node => addParts(node, type, parts, depthMax)) ? parts : undefined;
}

/** Limits the recursion, as schemas may refer to themselves. */
const depthMax = 20;

function addParts(node: SchemaNode, type: number, parts: SchemaNode[], depth: number): boolean {
  const { rules, applicators } = node;
  const own = rules?.verdict(type) ?? "all";
  if (own === "none" || depth === 0) return false;
  if (applicators === undefined) {
    if (own === "some") parts.push(node);
    return true;
  }
  const holds = holdsParts(applicators, type);
  if (holds === undefined) return false;
  if (own === "some" || holds) parts.push(node);
  const { allOf, anyOf, oneOf, not } = applicators;
  const isMet = (choices: readonly SchemaNode[]) =>
    choices.some(each => verdictOf(each, type, depth - 1) === "all");
  if (applicators.if !== undefined) return false;
  if (not !== undefined && verdictOf(not, type, depth - 1) !== "none") return false;
  return (
    allOf.every(each => addParts(each, type, parts, depth - 1)) &&
    (anyOf === undefined || isMet(anyOf) || addChoice(anyOf, type, parts, depth)) &&
    (oneOf === undefined || addChoice(oneOf, type, parts, depth))
  );
}

/**
 * Adds the parts of the only choice that values of this type can match. Returns false if several can, or
 * none.
 */
function addChoice(
  choices: readonly SchemaNode[],
  type: number,
  parts: SchemaNode[],
  depth: number,
): boolean {
  const possible = choices.filter(each => !isRefused(each, type, depth - 1));
  return possible.length === 1 && addParts(possible[0]!, type, parts, depth - 1);
}

function verdictOf(node: SchemaNode, type: number, depth: number): Verdict {
  const parts: SchemaNode[] = [];
  if (isRefused(node, type, depth)) return "none";
  return addParts(node, type, parts, depth) && parts.length === 0 ? "all" : "some";
}

/** Returns whether it is certain that no value of this type conforms. */
function isRefused({ rules, applicators }: SchemaNode, type: number, depth: number): boolean {
  if (rules?.verdict(type) === "none") return true;
  if (applicators === undefined || depth <= 0) return false;
  const refused = (each: SchemaNode) => isRefused(each, type, depth - 1);
  const { allOf, anyOf, oneOf } = applicators;
  return allOf.some(refused) || anyOf?.every(refused) === true || oneOf?.every(refused) === true;
}

/**
 * Returns whether a map's members or an array's elements must be checked; undefined if they can't be checked
 * one by one.
 */
function holdsParts(applicators: Applicators, type: number): boolean | undefined {
  if (type === typeBits.array) {
    const { items, otherItems, contains, uniqueItems } = applicators;
    if (items.length > 0 || contains !== undefined || uniqueItems) return undefined;
    return otherItems !== undefined;
  }
  if (type !== typeBits.object) return false;
  const { patternProperties, propertyNames, dependentSchemas, dependentRequired } = applicators;
  if (patternProperties.length > 0 || propertyNames !== undefined) return undefined;
  if (dependentSchemas.length > 0 || dependentRequired.length > 0) return undefined;
  const { required, properties, additionalProperties } = applicators;
  return required.length > 0 || properties.size > 0 || additionalProperties !== undefined;
}
