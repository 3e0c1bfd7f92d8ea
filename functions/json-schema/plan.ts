import { openBracket } from "../values/bytes.ts";
import type { CountBounds, MapCheck, SlotCheck } from "../values/slot-check.ts";
import { Kind } from "../values/visitor.ts";
import { type ArrayPlan, arrayPlanOf } from "./array-plan.ts";
import type { Assertions } from "./assertions.ts";
import { isOverBudget } from "./budget.ts";
import { type MakePlan, mapPlanOf, type PlanResources } from "./map-plan.ts";
import type { SchemaNode } from "./node.ts";
import { ScalarCheck } from "./scalar-check.ts";
import { typesOfKind } from "./scalars.ts";
import { eachType, typeBits } from "./types.ts";
import { type Alternatives, alternativesOf, areRefused, isAnything } from "./verdict.ts";

/** Is used again by each check. */
const scalar = new ScalarCheck();
const { array, object } = typeBits;

const checkedByTextMax = 8;
/** So many names take as much memory as a plan. */
const namesPerPlan = 16;

/** Makes and counts the plans of a table's records. */
export interface PlanMaker {
  readonly of: MakePlan;
  /** The current body's. */
  readonly resources: PlanResources;
  count: number;
}

/** The check of values to which all of its schemas apply. */
export class Plan implements SlotCheck {
  readonly always: number;
  readonly map: MapCheck | undefined;
  readonly #nodes: readonly SchemaNode[];
  readonly #plans: PlanMaker;
  /** Undefined if only the evaluator can check arrays. */
  readonly #array: ArrayPlan | undefined;
  /** By kind: whether the assertions are few. */
  readonly #areFew: boolean[] = [];
  /**
   * By kind: the assertions of each alternative, none if no value conforms. Undefined if every value does, or
   * if only the evaluator can decide.
   */
  readonly #assertions: (readonly (readonly Assertions[])[] | undefined)[] = [];

  /** Throws BudgetExceeded. */
  constructor(nodes: readonly SchemaNode[], plans: PlanMaker) {
    this.#nodes = nodes;
    this.#plans = plans;
    const { spendOnPlans } = plans.resources;
    const byType = new Map(eachType.map(type => [type, alternativesOf(nodes, type, spendOnPlans)]));
    const of = (type: number) => byType.get(type)!;
    let always = 0;
    for (const [kind, types] of typesOfKind) {
      const left = types.map(of);
      const [first] = left;
      if (left.every(isAnything)) always |= 1 << kind;
      else if (
        left.every(each => areSame(each, first!)) &&
        (first!.length > 0 || areRefused(nodes, types, spendOnPlans))
      )
        this.#assertions[kind] = first!.map(each => [...new Set(each.map(({ rules }) => rules!))]);
      // Checks of texts spend nothing, so there may only be few.
      this.#areFew[kind] = (this.#assertions[kind]?.flat().length ?? 0) <= checkedByTextMax;
    }
    const acceptsInstants = of(typeBits.string).some(each =>
      each.every(({ rules }) => rules!.acceptsInstants),
    );
    if (acceptsInstants) always |= 1 << Kind.instant;
    const maps = mapsOf(of(object));
    if (maps.length > 0) always |= 1 << Kind.map;
    const parts = {
      make: plans.of,
      // Each body has its own evaluators.
      spendOnNames: (steps: number) => plans.resources.scalars.spend(steps),
      spendOnPlans,
      keep: (count: number) => {
        plans.count += count / namesPerPlan;
      },
    };
    this.map = isAnything(maps) ? undefined : mapPlanOf(maps, parts);
    this.#array = arrayPlanOf(of(array), plans.of);
    if (this.#array?.isUnique === false) always |= 1 << Kind.array;
    this.always = always;
  }

  get items(): CountBounds | undefined {
    return this.#array?.bounds;
  }

  /** Built on demand, as schemas may refer to themselves. */
  get element(): SlotCheck | undefined {
    return this.#array?.otherElement;
  }

  /** Likewise. */
  get firstElements(): readonly (SlotCheck | undefined)[] {
    return this.#array?.firstElements ?? [];
  }

  conforms(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean {
    const { scalars } = this.#plans.resources;
    const alternatives = this.#assertions[kind];
    try {
      if (alternatives === undefined) return scalars.acceptsScalar(this.#nodes, kind, bytes, [start, end]);
      if (!scalar.begin(kind, bytes, start, end)) return false;
      scalar.spend = scalars.spend;
      const isFree = this.#areFew[kind] === true;
      for (const assertions of alternatives) if (meetsAll(assertions, isFree)) return true;
      return false;
    } catch (error) {
      return isOverBudget(error);
    } finally {
      scalar.end();
    }
  }

  conformsWhole(bytes: Uint8Array, start: number, end: number, isJson: boolean): boolean {
    const { wholes } = this.#plans.resources;
    const isArray = this.#array !== undefined && bytes[start] === openBracket;
    try {
      if (isArray && wholes.areDistinct(bytes, start, end, isJson)) return true;
      return isJson && wholes.accepts(this.#nodes, bytes, start);
    } catch (error) {
      return isOverBudget(error);
    }
  }
}

function meetsAll(assertions: readonly Assertions[], isFree: boolean): boolean {
  for (const each of assertions) if (!scalar.meets(each, isFree)) return false;
  return true;
}

/** Returns the alternatives that only check a map's members and their number. */
const mapsOf = (alternatives: Alternatives): Alternatives =>
  alternatives.filter(each =>
    each.every(({ rules }) => rules === undefined || rules.countsOf(object) !== undefined),
  );

const areSame = (one: Alternatives, other: Alternatives) =>
  one.length === other.length && one.every((each, n) => isSameList(each, other[n]!));

const isSameList = (one: readonly unknown[], other: readonly unknown[]) =>
  one.length === other.length && one.every((each, n) => each === other[n]);
