import type { Dialect } from "./dialect.ts";
import { ExactNumber } from "./exact-number.ts";
import { type Members, namesOf } from "./members.ts";
import type { Onward, SchemaNode } from "./node.ts";
import { duplicatesOf } from "./unique.ts";

/** What is wrong with a value, and where: names and places in arrays, from the top on. */
export interface Broken {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Thrown where a check takes more steps than are left. */
export class TooMuchWork extends Error {
  override readonly name = "TooMuchWork";
}

/** As deep as records may be, and as schemas may be at each place; a `$ref` may lead in circles. */
const depthMax = 1_000;
/** More of one value's faults would help nobody. */
const brokenMax = 20;

/** A text's characters, and a number's digits, cost by the weight of the rules that look at them. */
const weightPerStep = 32;
const stepsOf = (chars: number, weight: number) => Math.floor((chars * weight) / weightPerStep);
const textSteps = (value: unknown, weight: number) =>
  typeof value === "string"
    ? stepsOf(value.length, weight)
    : value instanceof ExactNumber
      ? stepsOf(value.text.length, weight)
      : 0;

/** Holds values against a schema. What a check costs is counted in steps, of a node and a value each. */
export class SchemaWalk {
  readonly #dialect: Dialect;
  #stepsLeft: number;
  #depth = 0;

  constructor(dialect: Dialect, steps: number) {
    this.#dialect = dialect;
    this.#stepsLeft = steps;
  }

  /** What `value`, parsed JSON, breaks; none if it fits. Throws TooMuchWork. */
  broken(node: SchemaNode, value: unknown): readonly Broken[] {
    this.#depth = 0;
    if (this.fits(node, value)) return [];
    const broken: Broken[] = [];
    this.#collect(node, value, [], broken, brokenMax);
    // The search for a reason may find none; the record is refused anyway.
    return broken.length > 0
      ? broken
      : [{ path: [], message: "does not fit its schema; which part is not known" }];
  }

  fits(node: SchemaNode, value: unknown): boolean {
    const { rules, onward } = node;
    this.spend(rules === undefined ? 1 : rules.steps + textSteps(value, rules.textWeight));
    if (rules !== undefined && !rules.fits(value, this.spend)) return false;
    if (onward === undefined) return true;
    if (++this.#depth > depthMax) throw new TooMuchWork();
    const fits = this.#fitsParts(onward, value) && this.#fitsChoices(onward, value);
    this.#depth--;
    return fits;
  }

  #fitsParts(onward: Onward, value: unknown): boolean {
    if (Array.isArray(value)) return this.#fitsElements(onward, value);
    return !isMembers(value) || this.#fitsMembers(onward, value);
  }

  #fitsElements({ items, otherItems, contains, uniqueItems }: Onward, value: readonly unknown[]): boolean {
    for (let n = 0; n < value.length; n++) {
      const item = items[n] ?? otherItems;
      if (item === undefined) break;
      if (!this.fits(item, value[n])) return false;
    }
    if (contains !== undefined && !value.some(each => this.fits(contains, each))) return false;
    return !uniqueItems || duplicatesOf(value, this.spend, this.#dialect) === undefined;
  }

  #fitsMembers(onward: Onward, value: Members): boolean {
    const { required, properties, patternProperties, additionalProperties, propertyNames } = onward;
    const isOfNames =
      properties.size > 0 || patternProperties.length > 0 || additionalProperties !== undefined;
    this.spend(onward.asks);
    for (const name of required) if (!Object.hasOwn(value, name)) return false;
    if (isOfNames || propertyNames !== undefined)
      for (const name of namesOf(value, this.spend)) {
        const property = properties.get(name) ?? additionalProperties;
        if (patternProperties.length > 0) {
          for (const each of this.#schemasOf(name, onward)) if (!this.fits(each, value[name])) return false;
        } else if (property !== undefined && !this.fits(property, value[name])) return false;
        if (propertyNames !== undefined && !this.fits(propertyNames, name)) return false;
      }
    for (const [name, names] of onward.dependentRequired)
      if (Object.hasOwn(value, name) && !names.every(each => Object.hasOwn(value, each))) return false;
    for (const [name, schema] of onward.dependentSchemas)
      if (Object.hasOwn(value, name) && !this.fits(schema, value)) return false;
    return true;
  }

  /** What the value of a property of this name is held against. */
  #schemasOf(name: string, { properties, patternProperties, additionalProperties }: Onward): SchemaNode[] {
    const property = properties.get(name);
    const found = property === undefined ? [] : [property];
    for (const [pattern, schema] of patternProperties) {
      this.spend(1 + stepsOf(name.length, pattern.weight));
      if (pattern.isIn(name)) found.push(schema);
    }
    return found.length > 0 || additionalProperties === undefined ? found : [additionalProperties];
  }

  #fitsChoices(onward: Onward, value: unknown): boolean {
    const { allOf, anyOf, oneOf, not } = onward;
    for (const each of allOf) if (!this.fits(each, value)) return false;
    if (anyOf !== undefined && !anyOf.some(each => this.fits(each, value))) return false;
    if (oneOf !== undefined && this.#count(oneOf, value) !== 1) return false;
    if (not !== undefined && this.fits(not, value)) return false;
    const consequence = this.#consequence(onward, value);
    return consequence === undefined || this.fits(consequence, value);
  }

  #consequence(onward: Onward, value: unknown): SchemaNode | undefined {
    if (onward.if === undefined) return undefined;
    return this.fits(onward.if, value) ? onward.ifFits : onward.ifNot;
  }

  #count(nodes: readonly SchemaNode[], value: unknown): number {
    let count = 0;
    for (const each of nodes) if (this.fits(each, value)) count++;
    return count;
  }

  /** Says what `fits` only knows of, up to `max`: a schema may lead back to itself beside what the value breaks. */
  #collect(
    { rules, onward }: SchemaNode,
    value: unknown,
    path: Broken["path"],
    broken: Broken[],
    max: number,
  ): void {
    const add = (message: string, name?: string) => {
      const at = name === undefined ? path : [...path, name];
      if (broken.length < max) broken.push({ path: at, message });
    };
    const into = (inner: SchemaNode | undefined, part: unknown, place?: string | number) => {
      if (inner === undefined || broken.length === max || this.fits(inner, part)) return;
      this.#collect(inner, part, place === undefined ? path : [...path, place], broken, max);
    };
    for (const message of rules?.broken(value, this.spend) ?? []) add(message);
    if (onward === undefined || broken.length === max) return;
    const { items, otherItems, contains, propertyNames } = onward;
    if (Array.isArray(value)) {
      for (const [n, each] of value.entries()) into(items[n] ?? otherItems, each, n);
      if (contains !== undefined && !value.some(each => this.fits(contains, each)))
        add("must hold an element as its `contains` says");
      const duplicates = onward.uniqueItems ? duplicatesOf(value, this.spend, this.#dialect) : undefined;
      if (duplicates !== undefined)
        add(`must NOT have duplicate items (items ## ${duplicates.join(" and ")} are identical)`);
    } else if (isMembers(value)) {
      for (const name of onward.required) if (!Object.hasOwn(value, name)) add("is required", name);
      for (const name of namesOf(value, this.spend)) {
        for (const schema of this.#schemasOf(name, onward)) into(schema, value[name], name);
        if (propertyNames !== undefined && !this.fits(propertyNames, name))
          add("has a name that `propertyNames` refuses", name);
      }
      for (const [name, names] of onward.dependentRequired)
        if (Object.hasOwn(value, name))
          for (const each of names) if (!Object.hasOwn(value, each)) add(`is required beside ${name}`, each);
      for (const [name, schema] of onward.dependentSchemas)
        if (Object.hasOwn(value, name)) into(schema, value);
    }
    for (const each of onward.allOf) into(each, value);
    for (const choices of [onward.anyOf, onward.oneOf])
      if (choices !== undefined && broken.length < max && !choices.some(each => this.fits(each, value)))
        add(`fits none of what it may be: ${this.#reasons(choices, value)}`);
    const count = this.#count(onward.oneOf ?? [], value);
    if (count > 1) add(`fits ${count} schemas of \`oneOf\`, where it may fit one`);
    if (onward.not !== undefined && this.fits(onward.not, value)) add("fits what `not` refuses");
    into(this.#consequence(onward, value), value);
  }

  /** What each choice would have wanted, in a few words. */
  #reasons(choices: readonly SchemaNode[], value: unknown): string {
    const reasons = choices.slice(0, 5).map(each => {
      const broken: Broken[] = [];
      this.#collect(each, value, [], broken, 1);
      const [first] = broken;
      return [...(first?.path ?? []), first?.message].join(" ");
    });
    return [...new Set(reasons)].join("; or ");
  }

  /** Throws TooMuchWork. */
  readonly spend = (steps: number): void => {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw new TooMuchWork();
  };
}

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !(value instanceof ExactNumber);
