import { type MapCheck, type SlotCheck, undecided } from "../../values/slot-check.ts";
import { elementSlot, MapShape, type Slot } from "./slot.ts";
import type { SlotBudget } from "./slot-budget.ts";

/**
 * Returns the slot of the first element of an array. Its `next` is that of the second one, and so on. Returns
 * undefined if there are no slots left.
 */
export function elementsBy(check: SlotCheck | undefined, budget: SlotBudget): Slot | undefined {
  const first = check?.firstElements ?? [];
  if (!budget.take(first.length + 1)) return undefined;
  return first.reduceRight((next, each) => {
    const slot = elementSlot(each);
    slot.next = next;
    return slot;
  }, elementSlot(check?.element));
}

/** Returns the slot of elements of which only the evaluator decides, and of those within them. */
export function undecidedElement(): Slot {
  const slot = elementSlot(undecided);
  slot.element = slot;
  return slot;
}

/** A shape takes as much memory as so many slots. */
const shapeSlots = 4;

/** Returns the shape of the maps that a check allows, the first one if there are alternatives. */
export function shapeBy(check: MapCheck | undefined, budget: SlotBudget): MapShape {
  // Once there are none left, the shape can't learn a name.
  budget.take(shapeSlots);
  const first = new MapShape(budget, check);
  if (check?.or === undefined) return first;
  const alternatives = [first];
  for (let or: MapCheck | undefined = check.or; or !== undefined && budget.take(shapeSlots); or = or.or)
    alternatives.push(new MapShape(budget, or));
  for (const each of alternatives) each.alternatives = alternatives;
  return first;
}
