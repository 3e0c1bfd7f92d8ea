import { Kind } from "../values/visitor.ts";
import type { Assertions } from "./assertions.ts";
import type { Spend } from "./budget.ts";
import type { Applicators, SchemaNode } from "./node.ts";
import { scalarOf, typesOfKind } from "./scalars.ts";

/** Schemas may refer to themselves. */
const depthMax = 8;
const noBytes = new Uint8Array();

/** By kind: all types that its scalars may have, as bits. */
const typesOf: readonly number[] = typesOfKind.reduce<number[]>((all, [kind, types]) => {
  all[kind] = types.reduce((bits, each) => bits | each, 0);
  return all;
}, []);

/** A scalar in the body that is being checked: by its text, and by its value where the text does not tell. */
export class ScalarCheck {
  #kind: Kind = Kind.null;
  /** The types that it may have, as bits. */
  #types = 0;
  #bytes: Uint8Array = noBytes;
  #start = 0;
  #end = 0;
  #value: unknown;
  /** Throws BudgetExceeded, and so do all that spend. */
  spend: Spend = () => {};

  /** Begins with the value `bytes[start, end)`. Returns false for a kind that is not JSON's, or no scalar. */
  begin(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean {
    const types = typesOf[kind];
    if (types === undefined) return false;
    this.#kind = kind;
    this.#types = types;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#value = undefined;
    return true;
  }

  /** Forgets the body, which this outlives. */
  end(): void {
    this.#bytes = noBytes;
    this.#value = undefined;
  }

  /** The scalar as the evaluator gets it. */
  get value(): unknown {
    this.#value ??= scalarOf(this.#kind, this.#bytes, this.#start, this.#end);
    return this.#value;
  }

  /** Returns whether the scalar conforms. `isFree`: unless it is costly, checking the text spends nothing. */
  meets(rules: Assertions, isFree: boolean): boolean {
    const isSpent = !isFree || rules.isCostly;
    if (isSpent) this.spend(rules.stepsFor(this.#end - this.#start));
    const known = rules.conformsByText(this.#types, this.#bytes, this.#start, this.#end);
    if (known !== undefined) return known;
    if (!isSpent) this.spend(rules.stepsFor(this.#end - this.#start));
    return rules.matches(this.value, this.spend);
  }

  /**
   * Returns whether the scalar conforms; undefined if its text alone does not tell. Charges each schema that
   * it visits.
   */
  conforms({ rules, applicators }: SchemaNode, depth = depthMax): boolean | undefined {
    if (depth === 0) return undefined;
    this.spend(rules?.stepsFor(this.#end - this.#start) ?? 1);
    const own = rules === undefined || rules.conformsByText(this.#types, this.#bytes, this.#start, this.#end);
    return own === false || applicators === undefined ? own : this.#applies(applicators, own, depth - 1);
  }

  #applies(applicators: Applicators, own: true | undefined, depth: number): boolean | undefined {
    const { allOf, anyOf, oneOf, not } = applicators;
    let found: boolean | undefined = own;
    for (const each of allOf) {
      const conforms = this.conforms(each, depth);
      if (conforms === false) return false;
      found &&= conforms;
    }
    if (anyOf !== undefined) found = both(found, this.#hasAny(anyOf, depth));
    if (oneOf !== undefined) found = both(found, this.#hasOne(oneOf, depth));
    if (not !== undefined) found = both(found, negated(this.conforms(not, depth)));
    return applicators.if === undefined ? found : both(found, this.#follows(applicators, depth));
  }

  #hasAny(nodes: readonly SchemaNode[], depth: number): boolean | undefined {
    let found: boolean | undefined = false;
    for (const each of nodes) {
      const conforms = this.conforms(each, depth);
      if (conforms === true) return true;
      if (conforms === undefined) found = undefined;
    }
    return found;
  }

  #hasOne(nodes: readonly SchemaNode[], depth: number): boolean | undefined {
    let met = 0;
    let isKnown = true;
    for (const each of nodes) {
      const conforms = this.conforms(each, depth);
      if (conforms === true && ++met > 1) return false;
      if (conforms === undefined) isKnown = false;
    }
    return isKnown ? met === 1 : undefined;
  }

  #follows(applicators: Applicators, depth: number): boolean | undefined {
    const isMet = this.conforms(applicators.if!, depth);
    if (isMet === undefined) return undefined;
    const consequence = isMet ? applicators.ifMatches : applicators.ifNot;
    return consequence === undefined || this.conforms(consequence, depth);
  }
}

/** Returns whether both are true; undefined if that is not known. */
function both(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === false || other === false) return false;
  return one && other;
}

const negated = (verdict: boolean | undefined) => (verdict === undefined ? undefined : !verdict);
