import type { Verdict } from "./assertions.ts";
import type { Spend } from "./budget.ts";
import { lacking, negationOf } from "./negation.ts";
import { type Applicators, checksMembers, isClosed, limitsNames, type SchemaNode } from "./node.ts";
import { eachType, typeBits } from "./types.ts";

/** Lists of schemas. A value conforms if it conforms to all schemas of one list. */
export type Alternatives = readonly (readonly SchemaNode[])[];

/** More are left to the evaluator. */
const alternativesMax = 16;
/** Schemas may refer to themselves, several times. */
const depthMax = 20;
const nodesMax = 2_000;
/** A search takes about 0.5 µs, and 0.2 µs for each node that it visits. A step is 40 ns. */
const stepsPerSearch = 12;
const stepsPerNode = 5;
const nothing: Alternatives = [];
const anything: Alternatives = [[]];
const none: readonly never[] = [];

/**
 * Returns what is left to check for values of `type`, a bit of `typeBits`, if all of `nodes` apply to them:
 * schemas whose assertions or members depend on the value. A value that conforms to none of the alternatives
 * may conform nevertheless: not every schema can be taken apart. Throws BudgetExceeded.
 */
export const alternativesOf = (nodes: readonly SchemaNode[], type: number, spend: Spend): Alternatives =>
  inSearch(type, spend, search =>
    combined(
      nodes.map(node => alternativesIn(node, search, depthMax)),
      search,
    ),
  );

/**
 * Returns whether it is certain that no value of these types conforms to all of `nodes`. Throws
 * BudgetExceeded.
 */
export const areRefused = (nodes: readonly SchemaNode[], types: readonly number[], spend: Spend): boolean =>
  types.every(type => inSearch(type, spend, search => nodes.some(node => isRefused(node, search, depthMax))));

interface Search {
  readonly type: number;
  /** Once there are none, no further schemas are taken apart. */
  nodesLeft: number;
}

/** Does a search, and charges for it and for the nodes that it visits. Throws BudgetExceeded. */
function inSearch<Found>(type: number, spend: Spend, find: (search: Search) => Found): Found {
  // Before the search, so that nothing is searched once the budget is used up.
  spend(stepsPerSearch);
  const search = { type, nodesLeft: nodesMax };
  const found = find(search);
  spend(stepsPerNode * (nodesMax - Math.max(0, search.nodesLeft)));
  return found;
}

/** Returns whether every value conforms. */
export const isAnything = (alternatives: Alternatives): boolean =>
  alternatives.some(({ length }) => length === 0);

const simplest = (alternatives: Alternatives) =>
  isAnything(alternatives) ? anything : alternatives.slice(0, alternativesMax);

/** Combines alternatives of which all must be met. */
function combined(all: readonly Alternatives[], search: Search): Alternatives {
  if (all.some(({ length }) => length === 0)) return nothing;
  // Most have one list. Joining these first copies each list once, not once for each schema.
  const certain = all.flatMap(each => (each.length === 1 ? each[0]! : none));
  let found: Alternatives = certain.length === 0 ? anything : [certain];
  for (const each of all) {
    if (each.length === 1) continue;
    found = found.flatMap(one => each.map(other => [...one, ...other])).slice(0, alternativesMax);
    search.nodesLeft -= found.reduce((sum, { length }) => sum + length, 0);
    if (search.nodesLeft < 0) return nothing;
  }
  return simplest(found);
}

function alternativesIn(node: SchemaNode, search: Search, depth: number): Alternatives {
  const { rules, applicators } = node;
  const { type } = search;
  const own = rules?.verdict(type) ?? "all";
  if (own === "none" || depth === 0 || --search.nodesLeft < 0) return nothing;
  if (applicators === undefined) return own === "some" ? [[node]] : anything;
  const holds = holdsParts(applicators, type);
  if (holds === undefined || applicators.if !== undefined) return nothing;
  const { allOf, anyOf, oneOf, not } = applicators;
  if (isTooLong(applicators, search)) return nothing;
  const negates = not !== undefined && verdictOf(not, search, depth - 1) !== "none";
  if (negates && !isAboutNames(not, type)) return nothing;
  const all = [
    own === "some" || holds || negates ? [[node]] : anything,
    ...allOf.map(each => alternativesIn(each, search, depth - 1)),
    anyOf === undefined ? anything : anyIn(anyOf, search, depth),
    oneOf === undefined ? anything : onlyIn(oneOf, search, depth),
    ...(type === typeBits.object ? applicators.dependentSchemas : none).map(([name, each]) =>
      simplest([[lacking(name)], ...alternativesIn(each, search, depth - 1)]),
    ),
  ];
  return combined(all, search);
}

/** Returns whether its lists have more schemas than the search may visit. */
const isTooLong = ({ allOf, anyOf, oneOf, dependentSchemas }: Applicators, { nodesLeft }: Search) =>
  allOf.length + (anyOf?.length ?? 0) + (oneOf?.length ?? 0) + dependentSchemas.length > nodesLeft;

const anyIn = (choices: readonly SchemaNode[], search: Search, depth: number): Alternatives =>
  simplest(choices.flatMap(each => alternativesIn(each, search, depth - 1)));

/**
 * Returns whether a map's names, which are known once it has been read, may make it certain that it does not
 * match: it lacks a name that `node` requires, or has one that `node` does not allow.
 */
const isAboutNames = ({ applicators }: SchemaNode, type: number): boolean =>
  type === typeBits.object && applicators !== undefined && limitsNames(applicators);

/**
 * Returns the alternatives of choices of which a value may match only one: those of each choice, with the
 * negation of each other one that it does not exclude.
 */
function onlyIn(choices: readonly SchemaNode[], search: Search, depth: number): Alternatives {
  const possible = choices.filter(each => !isRefused(each, search, depth - 1));
  if (possible.length > alternativesMax) return nothing;
  const overlaps = overlapsAmong(possible, search);
  return simplest(
    possible.flatMap((each, n) => {
      const others = overlaps[n]!;
      if (!others.every(other => mayDifferInNames(other, each, search))) return nothing;
      return combined([alternativesIn(each, search, depth - 1), [others.map(negationOf)]], search);
    }),
  );
}

/**
 * Returns whether a map that matches `one` may lack a name that `node` requires, or have one that it does not
 * allow.
 */
function mayDifferInNames(node: SchemaNode, { applicators: one }: SchemaNode, search: Search): boolean {
  if (!isAboutNames(node, search.type)) return false;
  const { required, properties } = node.applicators!;
  const names = one?.required ?? none;
  const lacksSome = required.some(name => {
    search.nodesLeft -= names.length;
    return search.nodesLeft > 0 && !names.includes(name);
  });
  if (lacksSome || !isClosed(node.applicators!)) return lacksSome;
  search.nodesLeft -= one?.properties.size ?? 0;
  return search.nodesLeft > 0 && [...(one?.properties.keys() ?? none)].some(name => !properties.has(name));
}

/** Returns for each choice the others that it does not exclude. */
function overlapsAmong(choices: readonly SchemaNode[], search: Search): readonly (readonly SchemaNode[])[] {
  const overlaps = choices.map((): SchemaNode[] => []);
  for (const [n, one] of choices.entries())
    for (const [at, other] of choices.entries()) {
      if (at <= n || excludes(one, other, search)) continue;
      overlaps[n]!.push(other);
      overlaps[at]!.push(one);
    }
  return overlaps;
}

/**
 * Returns whether it is certain that no value matches both: their own assertions are apart, or one requires a
 * name whose values are.
 */
function excludes(one: SchemaNode, other: SchemaNode, search: Search): boolean {
  if (areApart(one, other, [search.type], search)) return true;
  const { applicators } = one;
  const { applicators: others } = other;
  if (search.type !== typeBits.object || applicators === undefined || others === undefined) return false;
  return [applicators, others].some(({ required }) =>
    required.some(
      name =>
        search.nodesLeft > 0 && areApart(valueIn(applicators, name), valueIn(others, name), eachType, search),
    ),
  );
}

/** Returns the schema for members with this name; undefined without one, or if it depends on patterns. */
const valueIn = ({ properties, patternProperties, additionalProperties }: Applicators, name: string) =>
  patternProperties.length > 0 ? undefined : (properties.get(name) ?? additionalProperties);

/**
 * Returns whether it is certain that no value of these types matches both: they allow other types, texts or
 * numbers.
 */
function areApart(
  one: SchemaNode | undefined,
  other: SchemaNode | undefined,
  types: readonly number[],
  search: Search,
): boolean {
  const [rules, others] = [one?.rules, other?.rules];
  search.nodesLeft -= types.length;
  if (rules === undefined || others === undefined || search.nodesLeft < 0) return false;
  return types.every(
    type =>
      rules.verdict(type) === "none" ||
      others.verdict(type) === "none" ||
      (type === typeBits.string && haveNoneInCommon(rules.texts ?? none, others.texts ?? none, search)) ||
      ((type & typeBits.number) !== 0 && (rules.most < others.least || others.most < rules.least)),
  );
}

/** Returns false as well if either is empty, or if both are too many for the search. */
function haveNoneInCommon(texts: readonly string[], others: readonly string[], search: Search): boolean {
  search.nodesLeft -= texts.length + others.length;
  if (texts.length === 0 || others.length === 0 || search.nodesLeft < 0) return false;
  const known = new Set(others);
  return !texts.some(each => known.has(each));
}

function verdictOf(node: SchemaNode, search: Search, depth: number): Verdict {
  if (isRefused(node, search, depth)) return "none";
  return isAnything(alternativesIn(node, search, depth)) ? "all" : "some";
}

/** Returns whether it is certain that no value of this type conforms. */
function isRefused({ rules, applicators }: SchemaNode, search: Search, depth: number): boolean {
  if (rules?.verdict(search.type) === "none") return true;
  if (--search.nodesLeft < 0 || applicators === undefined || depth <= 0) return false;
  const refused = (each: SchemaNode) => search.nodesLeft > 0 && isRefused(each, search, depth - 1);
  const { allOf, anyOf, oneOf } = applicators;
  if (isTooLong(applicators, search)) return false;
  return allOf.some(refused) || anyOf?.every(refused) === true || oneOf?.every(refused) === true;
}

/**
 * Returns whether a map's members or an array's elements must be checked; undefined if only the evaluator can
 * check them. Schemas that depend on a name are alternatives.
 */
function holdsParts(applicators: Applicators, type: number): boolean | undefined {
  if (type === typeBits.array) {
    const { items, otherItems, contains, uniqueItems } = applicators;
    if (contains !== undefined) return undefined;
    return items.length > 0 || otherItems !== undefined || uniqueItems;
  }
  if (type !== typeBits.object) return false;
  if (applicators.propertyNames !== undefined) return undefined;
  const { required, dependentRequired } = applicators;
  return required.length > 0 || dependentRequired.length > 0 || checksMembers(applicators);
}
