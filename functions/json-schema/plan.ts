import { openBracket } from "../values/bytes.ts";
import {
  type CountBounds,
  type MapCheck,
  nothingRequired,
  type SlotCheck,
  undecided,
} from "../values/slot-check.ts";
import { Kind } from "../values/visitor.ts";
import { type ArrayPlan, arrayPlanOf } from "./array-plan.ts";
import type { Assertions } from "./assertions.ts";
import { BudgetExceeded, isOverBudget } from "./budget.ts";
import { areDistinct } from "./distinct-elements.ts";
import type { Evaluator } from "./evaluator.ts";
import { numberAsWritten } from "./exact-number.ts";
import { ExactReader } from "./exact-reader.ts";
import { type MakePlan, mapPlanOf, type PlanResources } from "./map-plan.ts";
import type { SchemaNode } from "./node.ts";
import { scalarOf, typesOfKind } from "./scalars.ts";
import { eachType, typeBits } from "./types.ts";
import { type Alternatives, alternativesOf, areRefused, isAnything } from "./verdict.ts";

const utf8 = new TextDecoder();
const reader = new ExactReader(numberAsWritten);
const { array, object } = typeBits;

const checkedByTextMax = 8;
/** A plan takes about a kilobyte. Values that would need further ones are left to the evaluator. */
const plansMax = 10_000;
/** So many names take as much memory as a plan. */
const namesPerPlan = 16;

/** A schema's check of records. It is kept with the schema: one body uses it at a time. */
export class RecordPlan {
  readonly #node: SchemaNode;
  readonly #plans = new Plans();

  constructor(node: SchemaNode) {
    this.#node = node;
  }

  /** The number of its plans so far; large ones count as several. */
  get size(): number {
    return this.#plans.count;
  }

  /**
   * Returns the check, made within the budget for plans; undefined if only the evaluator can check the
   * records. The body's evaluators check values for which there is no faster way.
   */
  within(resources: PlanResources): MapCheck | undefined {
    this.#plans.begin(resources);
    const { always, map } = this.#plans.of([this.#node])!;
    return ((always >> Kind.map) & 1) === 1 ? (map ?? nothingRequired) : undefined;
  }
}

/** Makes the checks of a table's records. */
class Plans {
  resources!: PlanResources;
  /** How many there are: names that match several patterns may need ever more. */
  count = 0;
  /** Whether the body has used up its budget for plans. */
  #isSpent = false;
  /** Equal types share their assertions, so a thousand columns have few checks. */
  readonly #byRules = new Map<Assertions, Plan>();
  /** A map's members may have many names and one schema. */
  readonly #byNode = new Map<SchemaNode, Plan>();
  /** The plans of several schemas, by their numbers. */
  readonly #byNumbers = new Map<string, Plan>();
  readonly #numbers = new Map<SchemaNode, number>();

  /** Begins a body, unless it is the same one. */
  begin(resources: PlanResources): void {
    if (this.resources === resources) return;
    this.resources = resources;
    this.#isSpent = false;
  }

  /**
   * Returns the check of values to which all of `nodes` apply; undefined if there are none. A value that the
   * check accepts conforms. For any other value, the evaluator decides.
   */
  readonly of: MakePlan = nodes => {
    const [node] = nodes;
    if (node === undefined) return undefined;
    if (nodes.length > 1)
      return this.#kept(this.#byNumbers, nodes.map(each => this.#numberOf(each)).join(), nodes);
    const { rules, applicators } = node;
    return applicators === undefined && rules !== undefined
      ? this.#kept(this.#byRules, rules, nodes)
      : this.#kept(this.#byNode, node, nodes);
  };

  #kept<Key>(plans: Map<Key, Plan>, key: Key, nodes: readonly SchemaNode[]): SlotCheck {
    const known = plans.get(key);
    if (known !== undefined) return known;
    const plan = this.#made(nodes);
    if (plan instanceof Plan) plans.set(key, plan);
    return plan;
  }

  #numberOf(node: SchemaNode): number {
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    return number;
  }

  #made(nodes: readonly SchemaNode[]): SlotCheck {
    if (this.count >= plansMax || this.#isSpent) return undecided;
    try {
      const plan = new Plan(nodes, this);
      this.count++;
      return plan;
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      this.#isSpent = true;
      return undecided;
    }
  }
}

class Plan implements SlotCheck {
  readonly always: number;
  readonly map: MapCheck | undefined;
  readonly #nodes: readonly SchemaNode[];
  readonly #plans: Plans;
  /** Undefined if only the evaluator can check arrays. */
  readonly #array: ArrayPlan | undefined;
  readonly #types: number[] = [];
  /** By kind: whether the assertions are few. */
  readonly #areFew: boolean[] = [];
  /**
   * By kind: the assertions of each alternative, none if no value conforms. Undefined if every value does, or
   * if only the evaluator can decide.
   */
  readonly #assertions: (readonly (readonly Assertions[])[] | undefined)[] = [];

  /** Throws BudgetExceeded. */
  constructor(nodes: readonly SchemaNode[], plans: Plans) {
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
      this.#types[kind] = types.reduce((all, each) => all | each, 0);
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
    this.#array = arrayPlanOf(of(array), parts);
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
    const types = this.#types[kind];
    if (types === undefined) return false;
    const alternatives = this.#assertions[kind];
    const { scalars } = this.#plans.resources;
    if (alternatives === undefined) return this.#accepts(scalars, () => scalarOf(kind, bytes, start, end));
    const { spend } = scalars;
    let value: unknown;
    try {
      const isShort = this.#areFew[kind] === true;
      for (const assertions of alternatives) {
        let isMet = true;
        for (const each of assertions) {
          if (isShort && each.conformsByText(types, bytes, start, end)) continue;
          spend(each.stepsFor(end - start));
          value ??= scalarOf(kind, bytes, start, end);
          isMet = each.matches(value, spend);
          if (!isMet) break;
        }
        if (isMet) return true;
      }
      return false;
    } catch (error) {
      return isOverBudget(error);
    }
  }

  conformsWhole(bytes: Uint8Array, start: number, end: number): boolean {
    const isArray = this.#array !== undefined && bytes[start] === openBracket;
    if (isArray && areDistinct(bytes, start, end)) return true;
    const { wholes } = this.#plans.resources;
    return this.#accepts(wholes, () => reader.read(utf8.decode(bytes.subarray(start, end))));
  }

  /** Evaluates a value alone. */
  #accepts(evaluator: Evaluator, read: () => unknown): boolean {
    try {
      const value = read();
      return this.#nodes.every(node => evaluator.accepts(node, value));
    } catch (error) {
      return isOverBudget(error);
    }
  }
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
