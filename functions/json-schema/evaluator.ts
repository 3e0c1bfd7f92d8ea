import { type Spend, spendOf, stepsOfText } from "./budget.ts";
import type { Dialect } from "./dialect.ts";
import { ExactNumber } from "./exact-number.ts";
import type { SchemaLimits } from "./limits.ts";
import { type Members, namesOf } from "./members.ts";
import type { Applicators, SchemaNode } from "./node.ts";
import { duplicatesOf } from "./unique.ts";

/** A fault of a value, and the value's path from the top: names and array indexes. */
export interface Violation {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The violations found so far, at most `max`, and the path of the value to check. */
interface Collected {
  readonly path: Violation["path"];
  readonly violations: Violation[];
  readonly max: number;
}

/** More violations of one value help nobody. */
const violationsMax = 20;

const textSteps = (value: unknown, weight: number) =>
  typeof value === "string"
    ? stepsOfText(value.length, weight)
    : value instanceof ExactNumber
      ? stepsOfText(value.text.length, weight)
      : 0;

/** The part of a compiler that checking needs. */
interface EvaluatorParts {
  readonly dialect: Dialect;
  readonly limits: Pick<SchemaLimits, "evaluationDepthMax">;
}

/** Checks values against schemas. The cost is counted in steps: one schema node and one value each. */
export class Evaluator {
  readonly #dialect: Dialect;
  /** Throws BudgetExceeded. */
  readonly spend: Spend;
  readonly #depthMax: number;
  #depth = 0;

  constructor({ dialect, limits }: EvaluatorParts, steps: number) {
    this.#dialect = dialect;
    this.#depthMax = limits.evaluationDepthMax;
    this.spend = spendOf(steps);
  }

  /** Returns the violations of `value`, parsed JSON; none if it conforms. Throws BudgetExceeded. */
  violations(node: SchemaNode, value: unknown): readonly Violation[] {
    if (this.accepts(node, value)) return [];
    const violations: Violation[] = [];
    this.#collect(node, value, { path: [], violations, max: violationsMax });
    // The search may find no reason; the record is refused anyway.
    return violations.length > 0
      ? violations
      : [{ path: [], message: "does not conform to its schema; which part is not known" }];
  }

  /** Returns whether `value`, parsed JSON, conforms. Throws BudgetExceeded. */
  accepts(node: SchemaNode, value: unknown): boolean {
    this.#depth = 0;
    return this.matches(node, value);
  }

  matches(node: SchemaNode, value: unknown): boolean {
    const { rules, applicators } = node;
    this.spend(rules === undefined ? 1 : rules.steps + textSteps(value, rules.textWeight));
    if (rules !== undefined && !rules.matches(value, this.spend)) return false;
    if (applicators === undefined) return true;
    // Mostly a circle of references, which other records would follow, too: leaves them no steps. Throws.
    if (++this.#depth > this.#depthMax) this.spend(Number.POSITIVE_INFINITY);
    const matches = this.#matchesParts(applicators, value) && this.#matchesChoices(applicators, value);
    this.#depth--;
    return matches;
  }

  #matchesParts(applicators: Applicators, value: unknown): boolean {
    if (Array.isArray(value)) return this.#matchesElements(applicators, value);
    return !isMembers(value) || this.#matchesMembers(applicators, value);
  }

  #matchesElements(
    { items, otherItems, contains, uniqueItems }: Applicators,
    value: readonly unknown[],
  ): boolean {
    for (let n = 0; n < value.length; n++) {
      const item = items[n] ?? otherItems;
      if (item === undefined) break;
      if (!this.matches(item, value[n])) return false;
    }
    if (contains !== undefined && !value.some(each => this.matches(contains, each))) return false;
    return !uniqueItems || duplicatesOf(value, this.spend, this.#dialect) === undefined;
  }

  #matchesMembers(applicators: Applicators, value: Members): boolean {
    const { required, properties, patternProperties, additionalProperties, propertyNames } = applicators;
    const isOfNames =
      properties.size > 0 || patternProperties.length > 0 || additionalProperties !== undefined;
    this.spend(applicators.nameLookups);
    for (const name of required) if (!Object.hasOwn(value, name)) return false;
    if (isOfNames || propertyNames !== undefined)
      for (const name of namesOf(value, this.spend)) {
        const property = properties.get(name) ?? additionalProperties;
        if (patternProperties.length > 0) {
          for (const each of this.#schemasOf(name, applicators))
            if (!this.matches(each, value[name])) return false;
        } else if (property !== undefined && !this.matches(property, value[name])) return false;
        if (propertyNames !== undefined && !this.matches(propertyNames, name)) return false;
      }
    for (const [name, names] of applicators.dependentRequired)
      if (Object.hasOwn(value, name) && !names.every(each => Object.hasOwn(value, each))) return false;
    for (const [name, schema] of applicators.dependentSchemas)
      if (Object.hasOwn(value, name) && !this.matches(schema, value)) return false;
    return true;
  }

  /** Returns the schemas for the value of a property with this name. */
  #schemasOf(
    name: string,
    { properties, patternProperties, additionalProperties }: Applicators,
  ): SchemaNode[] {
    const property = properties.get(name);
    const found = property === undefined ? [] : [property];
    for (const [pattern, schema] of patternProperties) {
      this.spend(1 + stepsOfText(name.length, pattern.weight));
      if (pattern.isIn(name)) found.push(schema);
    }
    return found.length > 0 || additionalProperties === undefined ? found : [additionalProperties];
  }

  #matchesChoices(applicators: Applicators, value: unknown): boolean {
    const { allOf, anyOf, oneOf, not } = applicators;
    for (const each of allOf) if (!this.matches(each, value)) return false;
    if (anyOf !== undefined && !anyOf.some(each => this.matches(each, value))) return false;
    if (oneOf !== undefined && this.#count(oneOf, value) !== 1) return false;
    if (not !== undefined && this.matches(not, value)) return false;
    const consequence = this.#consequence(applicators, value);
    return consequence === undefined || this.matches(consequence, value);
  }

  #consequence(applicators: Applicators, value: unknown): SchemaNode | undefined {
    if (applicators.if === undefined) return undefined;
    return this.matches(applicators.if, value) ? applicators.ifMatches : applicators.ifNot;
  }

  #count(nodes: readonly SchemaNode[], value: unknown): number {
    let count = 0;
    for (const each of nodes) if (this.matches(each, value)) count++;
    return count;
  }

  /** Collects violations of a value for which `matches` returned false; schemas may be circular. */
  #collect({ rules, applicators }: SchemaNode, value: unknown, { path, violations, max }: Collected): void {
    const add = (message: string, name?: string) => {
      const at = name === undefined ? path : [...path, name];
      if (violations.length < max) violations.push({ path: at, message });
    };
    const into = (inner: SchemaNode | undefined, part: unknown, place?: string | number) => {
      if (inner === undefined || violations.length === max || this.matches(inner, part)) return;
      const at = place === undefined ? path : [...path, place];
      this.#collect(inner, part, { path: at, violations, max });
    };
    for (const message of rules?.violations(value, this.spend) ?? []) add(message);
    if (applicators === undefined || violations.length === max) return;
    const { items, otherItems, contains, propertyNames } = applicators;
    if (Array.isArray(value)) {
      for (const [n, each] of value.entries()) into(items[n] ?? otherItems, each, n);
      if (contains !== undefined && !value.some(each => this.matches(contains, each)))
        add("must hold an element as its `contains` says");
      const duplicates = applicators.uniqueItems ? duplicatesOf(value, this.spend, this.#dialect) : undefined;
      if (duplicates !== undefined)
        add(`must NOT have duplicate items (items ## ${duplicates.join(" and ")} are identical)`);
    } else if (isMembers(value)) {
      for (const name of applicators.required) if (!Object.hasOwn(value, name)) add("is required", name);
      for (const name of namesOf(value, this.spend)) {
        for (const schema of this.#schemasOf(name, applicators)) into(schema, value[name], name);
        if (propertyNames !== undefined && !this.matches(propertyNames, name))
          add("has a name that `propertyNames` refuses", name);
      }
      for (const [name, names] of applicators.dependentRequired)
        if (Object.hasOwn(value, name))
          for (const each of names) if (!Object.hasOwn(value, each)) add(`is required next to ${name}`, each);
      for (const [name, schema] of applicators.dependentSchemas)
        if (Object.hasOwn(value, name)) into(schema, value);
    }
    for (const each of applicators.allOf) into(each, value);
    for (const choices of [applicators.anyOf, applicators.oneOf])
      if (
        choices !== undefined &&
        violations.length < max &&
        !choices.some(each => this.matches(each, value))
      )
        add(`matches none of its schemas: ${this.#reasons(choices, value)}`);
    const count = this.#count(applicators.oneOf ?? [], value);
    if (count > 1) add(`matches ${count} schemas of \`oneOf\`, and must match one`);
    if (applicators.not !== undefined && this.matches(applicators.not, value))
      add("matches what `not` refuses");
    into(this.#consequence(applicators, value), value);
  }

  /** Returns a short reason for each choice that does not match. */
  #reasons(choices: readonly SchemaNode[], value: unknown): string {
    const reasons = choices.slice(0, 5).map(each => {
      const violations: Violation[] = [];
      this.#collect(each, value, { path: [], violations, max: 1 });
      const [first] = violations;
      return [...(first?.path ?? []), first?.message].join(" ");
    });
    return [...new Set(reasons)].join("; or ");
  }
}

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !(value instanceof ExactNumber);
