import { Kind } from "../values/visitor.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Applicators, SchemaNode } from "./node.ts";

/** A fault of a value, and the value's path from the top: names and array indexes. */
export interface Violation {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** More violations of one value help nobody. */
const violationsMax = 20;
/** So many schemas of a choice explain why a value matches none of them. */
const reasonsMax = 5;

/**
 * Returns the violations of the value at `start`, valid JSON on one line; none if it conforms. Throws
 * BudgetExceeded.
 */
export const violationsOf = (
  node: SchemaNode,
  evaluator: Evaluator,
  bytes: Uint8Array,
  start = 0,
): readonly Violation[] =>
  evaluator.withValue(bytes, start, () =>
    evaluator.matchesAll([node]) ? [] : new Violations(evaluator).of(node),
  );

/** Collects the violations of a value that does not match; schemas may be circular. */
class Violations {
  readonly #evaluator: Evaluator;
  readonly #max: number;
  readonly #found: Violation[] = [];

  constructor(evaluator: Evaluator, max = violationsMax) {
    this.#evaluator = evaluator;
    this.#max = max;
  }

  /** Throws BudgetExceeded. */
  of(node: SchemaNode, value = 0): readonly Violation[] {
    this.#collect(node, value, []);
    // The search may find no reason; the record is refused anyway.
    return this.#found.length > 0
      ? this.#found
      : [{ path: [], message: "does not conform to its schema; which part is not known" }];
  }

  get #isFull(): boolean {
    return this.#found.length === this.#max;
  }

  #add(path: Violation["path"], message: string): void {
    if (!this.#isFull) this.#found.push({ path, message });
  }

  /** Collects those of a value, or of the part of it that is at `place`, if it does not match. */
  #into(node: SchemaNode | undefined, value: number, path: Violation["path"], place?: string | number): void {
    if (node === undefined || this.#isFull || this.#evaluator.matches(node, value)) return;
    this.#collect(node, value, place === undefined ? path : [...path, place]);
  }

  #collect({ rules, applicators }: SchemaNode, value: number, path: Violation["path"]): void {
    const evaluator = this.#evaluator;
    // Parses no map that meets them: those around a fault may hold all of the record.
    if (rules !== undefined && !evaluator.meets(rules, value))
      for (const message of rules.violations(evaluator.parsed(value), evaluator.spend))
        this.#add(path, message);
    if (applicators === undefined || this.#isFull) return;
    const kind = evaluator.values.kindOf(value);
    if (kind === Kind.array) this.#ofElements(applicators, value, path);
    else if (kind === Kind.map) this.#ofMembers(applicators, value, path);
    this.#ofChoices(applicators, value, path);
  }

  #ofElements(applicators: Applicators, array: number, path: Violation["path"]): void {
    const evaluator = this.#evaluator;
    const { values } = evaluator;
    const { items, otherItems, contains, uniqueItems } = applicators;
    const end = values.after(array);
    let isFound = contains === undefined;
    let n = 0;
    for (let each = values.firstIn(array); each < end; each = values.after(each)) {
      this.#into(items[n] ?? otherItems, each, path, n);
      isFound ||= evaluator.matches(contains!, each);
      n++;
    }
    if (!isFound) this.#add(path, "must hold an element as its `contains` says");
    const duplicates = uniqueItems ? evaluator.duplicatesIn(array) : undefined;
    if (duplicates !== undefined)
      this.#add(path, `must NOT have duplicate items (items ## ${duplicates.join(" and ")} are identical)`);
  }

  #ofMembers(applicators: Applicators, map: number, path: Violation["path"]): void {
    const evaluator = this.#evaluator;
    const { values } = evaluator;
    const { names } = values;
    const { propertyNames } = applicators;
    evaluator.noteNames(map);
    for (const name of applicators.required) if (!names.has(name)) this.#add([...path, name], "is required");
    const end = values.after(map);
    for (let each = values.firstIn(map); each < end; each = values.after(each)) {
      const name = values.nameOf(each);
      for (const schema of evaluator.schemasOf(each, applicators)) this.#into(schema, each, path, name);
      if (propertyNames !== undefined && !evaluator.matches(propertyNames, values.nameAsText(each)))
        this.#add([...path, name], "has a name that `propertyNames` refuses");
    }
    evaluator.noteNames(map);
    for (const [name, others] of applicators.dependentRequired)
      if (names.has(name))
        for (const each of others)
          if (!names.has(each)) this.#add([...path, each], `is required next to ${name}`);
    const applied = applicators.dependentSchemas.filter(([name]) => names.has(name));
    for (const [, schema] of applied) this.#into(schema, map, path);
  }

  #ofChoices(applicators: Applicators, value: number, path: Violation["path"]): void {
    const evaluator = this.#evaluator;
    const { allOf, anyOf, oneOf, not } = applicators;
    for (const each of allOf) this.#into(each, value, path);
    for (const choices of [anyOf, oneOf])
      if (choices !== undefined && !this.#isFull && !choices.some(each => evaluator.matches(each, value)))
        this.#add(path, `matches none of its schemas: ${this.#reasons(choices, value)}`);
    const count = evaluator.matchCount(oneOf ?? [], value);
    if (count > 1) this.#add(path, `matches ${count} schemas of \`oneOf\`, and must match one`);
    if (not !== undefined && evaluator.matches(not, value)) this.#add(path, "matches what `not` refuses");
    this.#into(evaluator.consequenceOf(applicators, value), value, path);
  }

  /** Returns a short reason for each choice. */
  #reasons(choices: readonly SchemaNode[], value: number): string {
    const reasons = choices.slice(0, reasonsMax).map(each => {
      const [first] = new Violations(this.#evaluator, 1).of(each, value);
      return [...first!.path, first!.message].join(" ");
    });
    return [...new Set(reasons)].join("; or ");
  }
}
