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
  return applying({ not: node });
}

/** Returns the schema of maps without this name. */
export const lacking = (name: string): SchemaNode => negationOf(applying({ required: [name] }));

function applying(applicators: Partial<Applicators>): SchemaNode {
  const node = new SchemaNode(undefined);
  node.applicators = { ...nothingApplied, ...applicators };
  return node;
}
