import type { Spend } from "./budget.ts";
import type { SchemaNode } from "./node.ts";

/** Schemas may refer to themselves. */
const depthMax = 8;

/** A scalar in the body: the types that it may have, as bits, and its text. */
export interface ScalarText {
  readonly types: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Returns whether a scalar conforms to `node`; undefined if its text alone does not tell. Spends what the
 * evaluator would. Throws BudgetExceeded.
 */
export function conformsByText(
  node: SchemaNode,
  scalar: ScalarText,
  spend: Spend,
  depth = depthMax,
): boolean | undefined {
  const { rules, applicators } = node;
  if (depth === 0) return undefined;
  const { types, bytes, start, end } = scalar;
  spend(rules?.stepsFor(end - start) ?? 1);
  const own = rules === undefined ? true : rules.conformsByText(types, bytes, start, end);
  if (own === false || applicators === undefined) return own;
  const { allOf, anyOf, oneOf, not, if: condition, ifMatches, ifNot } = applicators;
  const inner: Check = each => conformsByText(each, scalar, spend, depth - 1);
  let found: boolean | undefined = own;
  for (const each of allOf) found = both(found, found === false ? false : inner(each));
  if (anyOf !== undefined && found !== false) found = both(found, hasAny(anyOf, inner));
  if (oneOf !== undefined && found !== false) found = both(found, hasOne(oneOf, inner));
  if (not !== undefined && found !== false) found = both(found, negated(inner(not)));
  if (condition === undefined || found === false) return found;
  const isMet = inner(condition);
  const consequence = isMet === true ? ifMatches : ifNot;
  if (isMet === undefined) return undefined;
  return consequence === undefined ? found : both(found, inner(consequence));
}

type Check = (node: SchemaNode) => boolean | undefined;

const both = (one: boolean | undefined, other: boolean | undefined) => one && other;

const negated = (verdict: boolean | undefined) => (verdict === undefined ? undefined : !verdict);

function hasAny(nodes: readonly SchemaNode[], check: Check): boolean | undefined {
  let found: boolean | undefined = false;
  for (const each of nodes) {
    const conforms = check(each);
    if (conforms === true) return true;
    if (conforms === undefined) found = undefined;
  }
  return found;
}

function hasOne(nodes: readonly SchemaNode[], check: Check): boolean | undefined {
  let met = 0;
  let isKnown = true;
  for (const each of nodes) {
    const conforms = check(each);
    if (conforms === true && ++met > 1) return false;
    if (conforms === undefined) isKnown = false;
  }
  return isKnown ? met === 1 : undefined;
}
