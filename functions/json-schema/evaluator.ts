import { Kind } from "../values/visitor.ts";
import type { Assertions } from "./assertions.ts";
import { type Spend, spendOf, stepsOfText } from "./budget.ts";
import type { Dialect } from "./dialect.ts";
import { DistinctElements } from "./distinct-elements.ts";
import { JsonValues } from "./json-values.ts";
import type { SchemaLimits } from "./limits.ts";
import { type Applicators, checksMembers, type SchemaNode } from "./node.ts";
import { duplicatesOf } from "./unique.ts";

/** Is used again by each array. */
const elements = new DistinctElements();

/** Parsing a byte takes about 10 ns, a quarter of a step. */
const parsingWeight = 8;
/** Hashing a byte takes less than 7 ns, in texts much less, and a number that is no short integer 100 ns. */
const hashingWeight = 2;
const stepsPerNumber = 2;

interface EvaluatorParts {
  readonly dialect: Dialect;
  readonly limits: Pick<SchemaLimits, "evaluationDepthMax">;
}

/**
 * Checks values against schemas, by their text where that tells enough. The cost is counted in steps: one
 * schema node and one value each. Its methods throw BudgetExceeded.
 */
export class Evaluator {
  values = new JsonValues();
  readonly #dialect: Dialect;
  readonly spend: Spend;
  readonly #depthMax: number;
  #depth = 0;
  /** The map whose names are noted. */
  #noted = -1;

  constructor({ dialect, limits }: EvaluatorParts, steps: number) {
    this.#dialect = dialect;
    this.#depthMax = limits.evaluationDepthMax;
    this.spend = spendOf(steps);
  }

  /**
   * Reads the value at `start`, and does `work`, in which it is the first of `values`. Like all that is read
   * here, it is valid JSON on one line, without a name twice in a map.
   */
  withValue<T>(bytes: Uint8Array, start: number, work: () => T): T {
    this.values.read(bytes, start);
    this.#noted = -1;
    try {
      return work();
    } finally {
      this.values.end();
    }
  }

  /** Forgets what it has read of the body. */
  end(): void {
    this.values = new JsonValues();
  }

  /** Returns whether the map or array at `start` conforms to all of `nodes`. */
  accepts(nodes: readonly SchemaNode[], bytes: Uint8Array, start: number): boolean {
    return this.withValue(bytes, start, () => this.matchesAll(nodes));
  }

  /** Returns whether the scalar `bytes[start, end)`, which may be one of transit's numbers, does. */
  acceptsScalar(
    nodes: readonly SchemaNode[],
    kind: Kind,
    bytes: Uint8Array,
    [start, end]: readonly [number, number],
  ): boolean {
    if (!this.values.readScalar(kind, bytes, start, end)) return false;
    try {
      return this.matchesAll(nodes);
    } finally {
      this.values.end();
    }
  }

  /** Returns whether the first of `values` conforms to all of `nodes`. */
  matchesAll(nodes: readonly SchemaNode[]): boolean {
    this.#depth = 0;
    for (const node of nodes) if (!this.matches(node, 0)) return false;
    return true;
  }

  /** Returns whether one of `values` conforms. */
  matches(node: SchemaNode, value: number): boolean {
    const { rules, applicators } = node;
    if (rules === undefined) this.spend(1);
    else if (!this.meets(rules, value)) return false;
    if (applicators === undefined) return true;
    // Mostly a circle of references, which other records would follow, too: leaves them no steps. Throws.
    if (++this.#depth > this.#depthMax) this.spend(Number.POSITIVE_INFINITY);
    const matches = this.#matchesParts(applicators, value) && this.#matchesChoices(applicators, value);
    this.#depth--;
    return matches;
  }

  /** Returns whether one of `values` meets a schema's own assertions: by its text, if that tells. */
  meets(rules: Assertions, value: number): boolean {
    const { values } = this;
    const [start, end, types] = [values.startOf(value), values.endOf(value), values.typesOf(value)];
    const isScalar = values.kindOf(value) < Kind.map;
    this.spend(rules.stepsFor(isScalar ? end - start : 0));
    const known = isScalar
      ? rules.conformsByText(types, values.bytes, start, end)
      : rules.conformsByCount(types, values.countOf(value));
    return known ?? rules.matches(this.parsed(value), this.spend);
  }

  /** Returns one of `values` as checks of values get it. */
  parsed(value: number): unknown {
    const { values } = this;
    if (values.kindOf(value) >= Kind.map && !values.isParsed(value))
      this.spend(stepsOfText(values.endOf(value) - values.startOf(value), parsingWeight));
    return values.parsed(value);
  }

  #matchesParts(applicators: Applicators, value: number): boolean {
    const kind = this.values.kindOf(value);
    if (kind === Kind.array) return this.#matchesElements(applicators, value);
    return kind !== Kind.map || this.#matchesMembers(applicators, value);
  }

  #matchesElements({ items, otherItems, contains, uniqueItems }: Applicators, array: number): boolean {
    const { values } = this;
    const end = values.after(array);
    let n = 0;
    let isFound = contains === undefined;
    for (let each = values.firstIn(array); each < end; each = values.after(each)) {
      const item = items[n++] ?? otherItems;
      if (item !== undefined && !this.matches(item, each)) return false;
      isFound ||= this.matches(contains!, each);
    }
    return isFound && (!uniqueItems || this.duplicatesIn(array) === undefined);
  }

  /** Returns the indexes of the first two equal elements; undefined if all differ. */
  duplicatesIn(array: number): readonly [number, number] | undefined {
    const { values } = this;
    if (this.areDistinct(values.bytes, values.startOf(array), values.endOf(array))) return undefined;
    return duplicatesOf(this.parsed(array) as readonly unknown[], this.spend, this.#dialect);
  }

  /** Returns whether the elements of the array `bytes[start, end)`, in JSON or transit, certainly differ. */
  areDistinct(bytes: Uint8Array, start: number, end: number, isJson = true): boolean {
    this.spend(stepsOfText(end - start, hashingWeight));
    const areDistinct = elements.areIn(bytes, start, end, isJson);
    this.spend(stepsPerNumber * elements.numbers);
    return areDistinct;
  }

  #matchesMembers(applicators: Applicators, map: number): boolean {
    const { required, nameLookups } = applicators;
    this.spend(nameLookups);
    if (required.length > 0) this.noteNames(map);
    for (const name of required) if (!this.values.names.has(name)) return false;
    // Dependencies are last, as a schema may refer to itself by one.
    return this.#matchesEach(applicators, map) && this.#matchesDependencies(applicators, map);
  }

  #matchesEach(applicators: Applicators, map: number): boolean {
    const { values } = this;
    const { propertyNames } = applicators;
    const isOfValues = checksMembers(applicators);
    if (!isOfValues && propertyNames === undefined) return true;
    // Whoever has noted the names has paid for them.
    if (map !== this.#noted) this.spend(values.countOf(map));
    const end = values.after(map);
    for (let each = values.firstIn(map); each < end; each = values.after(each)) {
      if (isOfValues && !this.#matchesMember(applicators, each)) return false;
      if (propertyNames !== undefined && !this.matches(propertyNames, values.nameAsText(each))) return false;
    }
    return true;
  }

  #matchesMember(applicators: Applicators, member: number): boolean {
    const { properties, patternProperties, additionalProperties } = applicators;
    if (patternProperties.length > 0)
      return this.schemasOf(member, applicators).every(each => this.matches(each, member));
    const schema = properties.get(this.values.nameOf(member)) ?? additionalProperties;
    return schema === undefined || this.matches(schema, member);
  }

  #matchesDependencies({ dependentRequired, dependentSchemas }: Applicators, map: number): boolean {
    const { names } = this.values;
    if (dependentRequired.length > 0) this.noteNames(map);
    for (const [name, others] of dependentRequired)
      if (names.has(name) && !others.every(each => names.has(each))) return false;
    for (const [name, schema] of dependentSchemas) {
      // A schema that was applied may have noted the names of other maps.
      this.noteNames(map);
      if (names.has(name) && !this.matches(schema, map)) return false;
    }
    return true;
  }

  /** Makes `values.names` those of a map. */
  noteNames(map: number): void {
    if (map === this.#noted) return;
    this.spend(this.values.countOf(map));
    this.values.noteNames(map);
    this.#noted = map;
  }

  /** Returns the schemas for the value of a member. */
  schemasOf(
    member: number,
    { properties, patternProperties, additionalProperties }: Applicators,
  ): SchemaNode[] {
    const name = this.values.nameOf(member);
    const property = properties.get(name);
    const found = property === undefined ? [] : [property];
    for (const [pattern, schema] of patternProperties) {
      this.spend(1 + stepsOfText(name.length, pattern.weight));
      if (pattern.isIn(name, this.spend)) found.push(schema);
    }
    return found.length > 0 || additionalProperties === undefined ? found : [additionalProperties];
  }

  #matchesChoices(applicators: Applicators, value: number): boolean {
    const { allOf, anyOf, oneOf, not } = applicators;
    for (const each of allOf) if (!this.matches(each, value)) return false;
    if (anyOf !== undefined && !anyOf.some(each => this.matches(each, value))) return false;
    if (oneOf !== undefined && this.matchCount(oneOf, value) !== 1) return false;
    if (not !== undefined && this.matches(not, value)) return false;
    const consequence = this.consequenceOf(applicators, value);
    return consequence === undefined || this.matches(consequence, value);
  }

  /** Returns the schema that `if` selects for a value, if any. */
  consequenceOf(applicators: Applicators, value: number): SchemaNode | undefined {
    if (applicators.if === undefined) return undefined;
    return this.matches(applicators.if, value) ? applicators.ifMatches : applicators.ifNot;
  }

  /** Returns how many of `nodes` a value matches. */
  matchCount(nodes: readonly SchemaNode[], value: number): number {
    let count = 0;
    for (const each of nodes) if (this.matches(each, value)) count++;
    return count;
  }
}
