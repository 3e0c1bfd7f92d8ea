import type { CountBounds, SlotCheck } from "../values/slot-check.ts";
import type { MakePlan } from "./map-plan.ts";
import type { SchemaNode } from "./node.ts";
import { typeBits } from "./types.ts";
import type { Alternatives } from "./verdict.ts";

/** Longer lists of schemas in `items` are left to the evaluator. */
const firstsMax = 32;

/** The check of arrays whose elements are checked one by one. */
export class ArrayPlan {
  /** How many elements there may be; undefined for any number. */
  readonly bounds: CountBounds | undefined;
  /** Whether all elements must differ. */
  readonly isUnique: boolean;
  readonly #nodes: readonly SchemaNode[];
  readonly #make: MakePlan;

  constructor(nodes: readonly SchemaNode[], bounds: CountBounds, make: MakePlan) {
    this.bounds = bounds.min > 0 || bounds.max < Infinity ? bounds : undefined;
    this.isUnique = nodes.some(({ applicators }) => applicators?.uniqueItems === true);
    this.#nodes = nodes;
    this.#make = make;
  }

  /** The checks of the first elements, of which each has its own. */
  get firsts(): readonly (SlotCheck | undefined)[] {
    return Array.from({ length: firstsOf(this.#nodes) }, (_, n) => this.#at(n));
  }

  /** The check of each other element. */
  get others(): SlotCheck | undefined {
    return this.#at(firstsMax);
  }

  #at(n: number): SlotCheck | undefined {
    return this.#make(
      this.#nodes.flatMap(({ applicators }) => applicators?.items[n] ?? applicators?.otherItems ?? []),
    );
  }
}

/** Returns the check of arrays that conform to `alternatives`; undefined if only the evaluator can decide. */
export function arrayPlanOf([nodes, ...others]: Alternatives, make: MakePlan): ArrayPlan | undefined {
  if (nodes === undefined || others.length > 0 || firstsOf(nodes) > firstsMax) return undefined;
  const bounds = boundsOf(nodes);
  return bounds && new ArrayPlan(nodes, bounds, make);
}

const firstsOf = (nodes: readonly SchemaNode[]) =>
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
