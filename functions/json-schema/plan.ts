import { openBracket } from "../values/bytes.ts";
import { stringOf } from "../values/scanner.ts";
import { type CountBounds, type MapCheck, type SlotCheck, undecided } from "../values/slot-check.ts";
import { Kind } from "../values/visitor.ts";
import { type ArrayPlan, arrayPlanOf } from "./array-plan.ts";
import type { Assertions } from "./assertions.ts";
import { isOverBudget, type Spend } from "./budget.ts";
import { areDistinct } from "./distinct-elements.ts";
import type { Evaluator, Evaluators } from "./evaluator.ts";
import { numberAsWritten } from "./exact-number.ts";
import { ExactReader } from "./exact-reader.ts";
import { type MakePlan, mapPlanOf } from "./map-plan.ts";
import type { SchemaNode } from "./node.ts";
import { typeBits } from "./types.ts";
import { type Alternatives, alternativesOf, areRefused, isAnything } from "./verdict.ts";

const ascii = new TextDecoder("latin1");
const utf8 = new TextDecoder();
const reader = new ExactReader(numberAsWritten);
const { array, object, integer, fractional } = typeBits;

/** The types that scalars of each kind may have. */
const typesOfKind: readonly (readonly [Kind, readonly number[]])[] = [
  [Kind.null, [typeBits.null]],
  [Kind.boolean, [typeBits.boolean]],
  [Kind.integer, [integer]],
  // An integer beyond 64 bits does not have the type `integer`.
  [Kind.bigInteger, [integer, fractional]],
  [Kind.double, [integer, fractional]],
  [Kind.text, [typeBits.string]],
];
const checkedByTextMax = 8;
/** A plan takes about a kilobyte. Values that would need further ones are left to the evaluator. */
const plansMax = 10_000;

/** A schema's check of records. It is kept with the schema: one body uses it at a time. */
export class RecordPlan {
  readonly #node: SchemaNode;
  readonly #plans = new Plans();

  constructor(node: SchemaNode) {
    this.#node = node;
  }

  /** The number of plans of which it is made so far. */
  get size(): number {
    return this.#plans.count;
  }

  /**
   * Returns the check; undefined if only the evaluator can check the records. `evaluators` check values for
   * which there is no faster way, within their budgets.
   */
  within(evaluators: Evaluators): MapCheck | undefined {
    this.#plans.evaluators = evaluators;
    const { always, map } = this.#plans.of([this.#node])!;
    return ((always >> Kind.map) & 1) === 1 ? (map ?? nothingRequired) : undefined;
  }
}

/** Makes the checks of a table's records. */
class Plans {
  evaluators!: Evaluators;
  /** How many there are: names that match several patterns may need ever more. */
  count = 0;
  /** Equal types share their assertions, so a thousand columns have few checks. */
  readonly #byRules = new Map<Assertions, Plan>();
  /** A map's members may have many names and one schema. */
  readonly #byNode = new Map<SchemaNode, Plan>();

  /**
   * Returns the check of values to which all of `nodes` apply; undefined if there are none. A value that the
   * check accepts conforms. For any other value, the evaluator decides.
   */
  readonly of: MakePlan = nodes => {
    const [node] = nodes;
    if (node === undefined) return undefined;
    if (nodes.length > 1) return this.#made(nodes);
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

  #made(nodes: readonly SchemaNode[]): SlotCheck {
    if (this.count === plansMax) return undecided;
    try {
      const plan = new Plan(nodes, this);
      this.count++;
      return plan;
    } catch (error) {
      isOverBudget(error);
      return undecided;
    }
  }
}

const nothingRequired: MapCheck = {
  required: 0,
  isRequired: () => false,
  names: [],
  other: () => undefined,
  member: () => undefined,
  or: undefined,
};

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
    const { spendOnMaking } = plans.evaluators;
    let always = 0;
    for (const [kind, types] of typesOfKind) {
      const left = types.map(type => alternativesOf(nodes, type, spendOnMaking));
      const [first] = left;
      if (left.every(isAnything)) always |= 1 << kind;
      else if (
        left.every(each => areSame(each, first!)) &&
        (first!.length > 0 || areRefused(nodes, types, spendOnMaking))
      )
        this.#assertions[kind] = first!.map(each => [...new Set(each.map(({ rules }) => rules!))]);
      // Checks of texts spend nothing, so there may only be few.
      this.#areFew[kind] = (this.#assertions[kind]?.flat().length ?? 0) <= checkedByTextMax;
      this.#types[kind] = types.reduce((all, each) => all | each, 0);
    }
    const texts = alternativesOf(nodes, typeBits.string, spendOnMaking);
    const acceptsInstants = texts.some(each => each.every(({ rules }) => rules!.acceptsInstants));
    if (acceptsInstants) always |= 1 << Kind.instant;
    const maps = mapsOf(alternativesOf(nodes, object, spendOnMaking));
    if (maps.length > 0) always |= 1 << Kind.map;
    const spend: Spend = steps => plans.evaluators.scalars.spend(steps);
    const parts = { make: plans.of, spend, spendOnMaking };
    this.map = isAnything(maps) ? undefined : mapPlanOf(maps, parts);
    this.#array = arrayPlanOf(alternativesOf(nodes, array, spendOnMaking), parts);
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
    const { scalars } = this.#plans.evaluators;
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
    const { wholes } = this.#plans.evaluators;
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

function scalarOf(kind: Kind, bytes: Uint8Array, start: number, end: number): unknown {
  switch (kind) {
    case Kind.null:
      return null;
    case Kind.boolean:
      return bytes[start] === 0x74;
    case Kind.text:
      return stringOf(bytes, start, end);
    default:
      return numberAsWritten(ascii.decode(bytes.subarray(start, end)));
  }
}
