import { stringOf } from "../values/scanner.ts";
import type { MapCheck, SlotCheck } from "../values/slot-check.ts";
import { Kind } from "../values/visitor.ts";
import type { Assertions } from "./assertions.ts";
import { BudgetExceeded, type Spend } from "./budget.ts";
import { numberAsWritten } from "./exact-number.ts";
import type { SchemaNode } from "./node.ts";
import { typeBits } from "./types.ts";
import { partsOf } from "./verdict.ts";

const ascii = new TextDecoder("latin1");
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

/** Returns a schema's check of records; undefined if only the evaluator can check them. */
export function recordPlanOf(node: SchemaNode, spend: Spend): MapCheck | undefined {
  const plan = new Plan([node], new Plans(spend));
  return ((plan.always >> Kind.map) & 1) === 1 ? (plan.map ?? nothingRequired) : undefined;
}

/** Makes the checks of a table's records. */
class Plans {
  readonly spend: Spend;
  /** Equal types share their assertions, so a thousand columns have few checks. */
  readonly #byRules = new Map<Assertions, Plan>();

  constructor(spend: Spend) {
    this.spend = spend;
  }

  /**
   * Returns the check of values to which all of `nodes` apply; undefined if there are none. A value that the
   * check accepts conforms. For any other value, the evaluator decides.
   */
  of(nodes: readonly SchemaNode[]): SlotCheck | undefined {
    const [node, ...others] = nodes;
    if (node === undefined) return undefined;
    const { rules, applicators } = node;
    if (rules === undefined || applicators !== undefined || others.length > 0) return new Plan(nodes, this);
    const known = this.#byRules.get(rules) ?? new Plan(nodes, this);
    this.#byRules.set(rules, known);
    return known;
  }
}

const nothingRequired: MapCheck = {
  required: 0,
  isRequired: () => false,
  names: [],
  others: undefined,
  member: () => undefined,
};

class Plan implements SlotCheck {
  readonly always: number;
  readonly map: MapCheck | undefined;
  readonly #plans: Plans;
  readonly #elements: readonly SchemaNode[];
  readonly #types: number[] = [];
  /**
   * By kind: the assertions that decide. Undefined if every value conforms, or if only the evaluator can
   * decide.
   */
  readonly #assertions: (readonly Assertions[] | undefined)[] = [];

  constructor(nodes: readonly SchemaNode[], plans: Plans) {
    this.#plans = plans;
    let always = 0;
    for (const [kind, types] of typesOfKind) {
      const parts = types.map(type => partsOf(nodes, type));
      const [first] = parts;
      if (parts.every(each => each?.length === 0)) always |= 1 << kind;
      else if (parts.every(each => each !== undefined && isSameList(each, first!)))
        this.#assertions[kind] = [...new Set(first!.map(({ rules }) => rules!))];
      this.#types[kind] = types.reduce((all, each) => all | each, 0);
    }
    const maps = memberParts(nodes, object);
    if (maps !== undefined) always |= 1 << Kind.map;
    this.map = maps === undefined || maps.length === 0 ? undefined : new MapPlan(maps, plans);
    const arrays = memberParts(nodes, array);
    if (arrays !== undefined) always |= 1 << Kind.array;
    this.always = always;
    this.#elements = (arrays ?? []).map(({ applicators }) => applicators!.otherItems!);
  }

  /** Built on demand, as schemas may refer to themselves. */
  get element(): SlotCheck | undefined {
    return this.#plans.of(this.#elements);
  }

  conforms(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean {
    const assertions = this.#assertions[kind];
    if (assertions === undefined) return false;
    try {
      const types = this.#types[kind]!;
      // Checks of texts spend nothing, so there may only be few.
      const isShort = assertions.length <= checkedByTextMax;
      let value: unknown;
      for (const each of assertions) {
        if (isShort && each.conformsByText(types, bytes, start, end)) continue;
        this.#plans.spend(each.stepsFor(end - start));
        value ??= scalarOf(kind, bytes, start, end);
        if (!each.matches(value, this.#plans.spend)) return false;
      }
      return true;
    } catch (error) {
      // The evaluator has a budget of its own, and decides.
      if (error instanceof BudgetExceeded) return false;
      throw error;
    }
  }
}

/**
 * Returns the schemas that check a value's members or elements; undefined if more than that must be checked.
 */
function memberParts(nodes: readonly SchemaNode[], type: number): readonly SchemaNode[] | undefined {
  const parts = partsOf(nodes, type);
  return parts?.every(({ rules }) => (rules?.verdict(type) ?? "all") === "all") ? parts : undefined;
}

const isSameList = (one: readonly unknown[], other: readonly unknown[]) =>
  one.length === other.length && one.every((each, n) => each === other[n]);

class MapPlan implements MapCheck {
  readonly required: number;
  readonly #names: ReadonlySet<string>;
  readonly #nodes: readonly SchemaNode[];
  readonly #plans: Plans;

  constructor(nodes: readonly SchemaNode[], plans: Plans) {
    this.#nodes = nodes;
    this.#plans = plans;
    this.#names = new Set(nodes.flatMap(({ applicators }) => applicators!.required));
    this.required = this.#names.size;
  }

  isRequired(name: string): boolean {
    return this.#names.has(name);
  }

  get names(): readonly string[] {
    const declared = this.#nodes.flatMap(({ applicators }) => [...applicators!.properties.keys()]);
    return [...this.#names, ...declared];
  }

  /** Built on demand, as schemas may refer to themselves. */
  get others(): SlotCheck | undefined {
    return this.#plans.of(this.#nodes.flatMap(({ applicators }) => applicators!.additionalProperties ?? []));
  }

  member(name: string): SlotCheck | undefined {
    const nodes = this.#nodes.flatMap(
      ({ applicators }) => applicators!.properties.get(name) ?? applicators!.additionalProperties ?? [],
    );
    return this.#plans.of(nodes);
  }
}

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
