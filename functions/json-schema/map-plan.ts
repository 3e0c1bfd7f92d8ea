import { stringOf } from "../values/scanner.ts";
import {
  type CountBounds,
  isLimit,
  type MapCheck,
  type MapNames,
  type SlotCheck,
  undecided,
} from "../values/slot-check.ts";
import { BudgetExceeded, isOverBudget, type Spend, stepsOfText } from "./budget.ts";
import type { Evaluator } from "./evaluator.ts";
import { type Applicators, isClosed, limitsNames, type SchemaNode } from "./node.ts";
import type { Pattern } from "./patterns.ts";
import { typeBits } from "./types.ts";
import type { Alternatives } from "./verdict.ts";

/** Returns the check of values to which all of `nodes` apply; undefined if there are none. */
export type MakePlan = (nodes: readonly SchemaNode[]) => SlotCheck | undefined;

/** The evaluators of a body's plans, each with its budget, and the budget for making plans. */
export interface PlanResources {
  /** For scalars and names. */
  readonly scalars: Evaluator;
  /** For whole maps and arrays. */
  readonly wholes: Evaluator;
  /** Throws BudgetExceeded. */
  readonly spendOnPlans: Spend;
}

/** Makes the plans of what maps and arrays hold, and counts what that costs. */
export interface PlanParts {
  readonly make: MakePlan;
  /** Charges checks of names. */
  readonly spendOnNames: Spend;
  readonly spendOnPlans: Spend;
  /** Counts the names and patterns that plans keep. */
  readonly keep: (count: number) => void;
}

/**
 * Returns the check of maps whose members conform to one of `alternatives`; undefined if there are none.
 * Throws BudgetExceeded.
 */
export const mapPlanOf = (alternatives: Alternatives, parts: PlanParts): MapCheck | undefined =>
  alternatives.reduceRight<MapPlan | undefined>((or, nodes) => new MapPlan(nodes, or, parts), undefined);

/** Which of them match is kept as an integer's bits. */
const patternsMax = 30;
/** Names that match further combinations of patterns are left to the evaluator. */
const combinationsMax = 256;
/** A name is put into two sets. */
const stepsPerName = 8;

/**
 * Returns the check of a map's names; undefined if any will do. A map that has all names that a `not`
 * requires, and only names that it allows, is left to the evaluator.
 */
function namesCheckOf(
  bounds: readonly CountBounds[],
  applied: readonly Applicators[],
  spend: Spend,
): MapCheck["conformsNames"] {
  const limits = bounds.filter(isLimit);
  const dependencies = applied.flatMap(({ dependentRequired }) => dependentRequired);
  const negated = applied.flatMap(negatedBy);
  if (limits.length + dependencies.length + negated.length === 0) return undefined;
  const lookups =
    dependencies.reduce((sum, [, names]) => sum + 1 + names.length, 0) +
    negated.reduce((sum, { required, allowed = [] }) => sum + required.length + allowed.length, 0);
  return ({ count, has }) => {
    if (!limits.every(({ min, max }) => count >= min && count <= max)) return false;
    try {
      spend(lookups);
      if (negated.some(each => mayMatch(each, count, has))) return false;
      return dependencies.every(([name, names]) => !has(name) || names.every(has));
    } catch (error) {
      return isOverBudget(error);
    }
  };
}

/** A schema that maps must not match: the names that it requires, and those that it allows if not any. */
interface Negated {
  readonly required: readonly string[];
  readonly allowed: readonly string[] | undefined;
}

/** Returns what a `not` says about names, if anything. */
function negatedBy({ not }: Applicators): Negated[] {
  const schema = not?.applicators;
  if (schema === undefined || !limitsNames(schema)) return [];
  return [
    { required: schema.required, allowed: isClosed(schema) ? [...schema.properties.keys()] : undefined },
  ];
}

/** Returns whether a map with these names has all that a schema requires, and no other than it allows. */
const mayMatch = ({ required, allowed }: Negated, count: number, has: (name: string) => boolean) =>
  required.every(has) && (allowed === undefined || allowed.filter(has).length === count);

const namesOfNot = (applicators: Applicators) =>
  negatedBy(applicators).flatMap(({ required, allowed = [] }) => [...required, ...allowed]);

/** Returns how many names and patterns a plan copies, repeated ones included. */
const copiesOf = (applicators: Applicators) =>
  applicators.nameLookups +
  applicators.properties.size +
  applicators.patternProperties.length +
  namesOfNot(applicators).length;

const namesIn = (applicators: Applicators) => [
  ...applicators.required,
  ...applicators.properties.keys(),
  ...applicators.dependentRequired.flat(2),
  ...namesOfNot(applicators),
];

class MapPlan implements MapCheck {
  readonly required: number;
  readonly or: MapCheck | undefined;
  readonly conformsNames: ((names: MapNames) => boolean) | undefined;
  readonly #required: ReadonlySet<string>;
  #names: readonly string[] | undefined;
  readonly #applied: readonly Applicators[];
  readonly #patterns: readonly Pattern[];
  readonly #make: MakePlan;
  readonly #spend: Spend;
  /** The checks of names that no schema mentions, by the patterns that they match, a bit each. */
  readonly #others = new Map<number, SlotCheck | undefined>();

  constructor(nodes: readonly SchemaNode[], or: MapCheck | undefined, parts: PlanParts) {
    this.or = or;
    const { make, spendOnNames, spendOnPlans, keep } = parts;
    this.#make = make;
    this.#spend = spendOnNames;
    this.#applied = nodes.flatMap(({ applicators }) => applicators ?? []);
    const copies = this.#applied.reduce((sum, each) => sum + copiesOf(each), 0);
    spendOnPlans(stepsPerName * copies);
    keep(copies);
    this.#required = new Set(this.#applied.flatMap(each => each.required));
    this.required = this.#required.size;
    const bounds = nodes.flatMap(({ rules }) => rules?.countsOf(typeBits.object) ?? []);
    this.conformsNames = namesCheckOf(bounds, this.#applied, spendOnNames);
    this.#patterns = this.#applied.flatMap(({ patternProperties }) =>
      patternProperties.map(([each]) => each),
    );
  }

  isRequired(name: string): boolean {
    return this.#required.has(name);
  }

  get names(): readonly string[] {
    this.#names ??= [...new Set(this.#applied.flatMap(namesIn))];
    return this.#names;
  }

  member(name: string): SlotCheck | undefined {
    return this.#decided(() => {
      const matches = this.#matches(pattern => this.#isIn(pattern, name));
      const isDeclared = this.#applied.some(({ properties }) => properties.has(name));
      return isDeclared ? this.#make(this.#schemasOf(name, matches)) : this.#otherBy(matches);
    });
  }

  other(bytes: Uint8Array, start: number, end: number): SlotCheck | undefined {
    return this.#decided(() => {
      const matches = this.#matches(
        pattern => pattern.plain?.isIn(bytes, start, end) ?? this.#isIn(pattern, stringOf(bytes, start, end)),
      );
      return this.#otherBy(matches);
    });
  }

  /** Built on demand, as schemas may refer to themselves. What is undecided may be made in a later body. */
  #otherBy(matches: number): SlotCheck | undefined {
    if (this.#others.has(matches)) return this.#others.get(matches);
    if (this.#others.size === combinationsMax) return undecided;
    const check = this.#make(this.#schemasOf(undefined, matches));
    if (check !== undecided) this.#others.set(matches, check);
    return check;
  }

  /** Returns the patterns that match, a bit each. */
  #matches(isMatch: (pattern: Pattern) => boolean): number {
    return this.#patterns.reduce((bits, pattern, n) => (isMatch(pattern) ? bits | (1 << n) : bits), 0);
  }

  #isIn(pattern: Pattern, name: string): boolean {
    this.#spend(1 + stepsOfText(name.length, pattern.weight));
    return pattern.isIn(name, this.#spend);
  }

  /** Returns the schemas for a member's value; `name` is undefined if no `properties` mention it. */
  #schemasOf(name: string | undefined, matches: number): readonly SchemaNode[] {
    const found: SchemaNode[] = [];
    let pattern = 0;
    for (const { properties, patternProperties, additionalProperties } of this.#applied) {
      const others = found.length;
      const property = name === undefined ? undefined : properties.get(name);
      if (property !== undefined) found.push(property);
      for (const [, schema] of patternProperties) if ((matches & (1 << pattern++)) !== 0) found.push(schema);
      if (found.length === others && additionalProperties !== undefined) found.push(additionalProperties);
    }
    return found;
  }

  /** Returns a check that accepts nothing if there are too many patterns, or if names used up the budget. */
  #decided(find: () => SlotCheck | undefined): SlotCheck | undefined {
    if (this.#patterns.length > patternsMax) return undecided;
    try {
      return find();
    } catch (error) {
      if (error instanceof BudgetExceeded) return undecided;
      throw error;
    }
  }
}
