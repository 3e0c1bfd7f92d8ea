import { type Applicators, SchemaNode } from "./node.ts";

const nothingApplied: Applicators = {
  nameLookups: 0,
  required: [],
  properties: new Map(),
  patternProperties: [],
  additionalProperties: undefined,
  propertyNames: undefined,
  dependentSchemas: [],
  dependentRequired: [],
  items: [],
  otherItems: undefined,
  contains: undefined,
  uniqueItems: false,
  allOf: [],
  anyOf: undefined,
  oneOf: undefined,
  not: undefined,
  if: undefined,
  ifMatches: undefined,
  ifNot: undefined,
};

/** Returns the schema of values that do not conform to `node`. */
export function negationOf(node: SchemaNode): SchemaNode {
  const negation = new SchemaNode(undefined);
  negation.applicators = { ...nothingApplied, not: node };
  return negation;
}
