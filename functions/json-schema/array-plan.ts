import { type CountBounds, isLimit, type SlotCheck } from "../values/slot-check.ts";
import type { MakePlan } from "./map-plan.ts";
import type { SchemaNode } from "./node.ts";
import { typeBits } from "./types.ts";
import type { Alternatives } from "./verdict.ts";

/** Longer lists of schemas in `items` are left to the evaluator. */
const firstElementsMax = 32;

/** Says what is checked of the arrays in one place: their length, each element, and whether all differ. */
export class ArrayPlan {
  /** Undefined for any number of elements. */
  readonly bounds: CountBounds | undefined;
  readonly isUnique: boolean;
  readonly #nodes: readonly SchemaNode[];
  readonly #make: MakePlan;

  constructor(nodes: readonly SchemaNode[], bounds: CountBounds, make: MakePlan) {
    this.bounds = isLimit(bounds) ? bounds : undefined;
    this.isUnique = nodes.some(({ applicators }) => applicators?.uniqueItems === true);
    this.#nodes = nodes;
    this.#make = make;
  }

  get firstElements(): readonly (SlotCheck | undefined)[] {
    return Array.from({ length: listed(this.#nodes) }, (_, n) => this.#elementAt(n));
  }

  /** The check of each element after the first ones. */
  get otherElement(): SlotCheck | undefined {
    return this.#elementAt(Infinity);
  }

  #elementAt(n: number): SlotCheck | undefined {
    return this.#make(
      this.#nodes.flatMap(({ applicators }) => applicators?.items[n] ?? applicators?.otherItems ?? []),
    );
  }
}

/** Returns the check of arrays that conform to `alternatives`; undefined if only the evaluator can decide. */
export function arrayPlanOf([nodes, ...others]: Alternatives, make: MakePlan): ArrayPlan | undefined {
  if (nodes === undefined || others.length > 0 || listed(nodes) > firstElementsMax) return undefined;
  const bounds = boundsOf(nodes);
  return bounds && new ArrayPlan(nodes, bounds, make);
}

/** Returns how many elements have schemas of their own. */
const listed = (nodes: readonly SchemaNode[]) =>
  nodes.reduce((most, { applicators }) => Math.max(most, applicators?.items.length ?? 0), 0);

/** Returns how many elements an array may have; undefined if more of the array itself is checked. */
function boundsOf(nodes: readonly SchemaNode[]): CountBounds | undefined {
  let [min, max] = [0, Infinity];
  for (const { rules } of nodes) {
    if (rules === undefined) continue;
    const bounds = rules.countsOf(typeBits.array);
    if (bounds === undefined) return undefined;
    min = Math.max(min, bounds.min);
    max = Math.min(max, bounds.max);
  }
  return { min, max };
}
