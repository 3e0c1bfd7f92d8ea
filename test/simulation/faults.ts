import type { Random } from "./random.ts";

/**
 * What may befall a call: lost before or after its effect, its effect long after the caller has given up, done twice by a
 * retry whose first answer was lost, the caller killed before or after it, the caller asleep before it hears the answer.
 */
export const faults = [
  "lost-before",
  "lost-after",
  "late",
  "twice",
  "killed-before",
  "killed-after",
  "asleep",
] as const;
export type Fault = (typeof faults)[number];

/** The fault of the next call, if it has one. */
export interface FaultPlan {
  next(): Fault | undefined;
}

export const calm: FaultPlan = { next: () => undefined };

/** Every call is at risk. */
export const randomFaults = (random: Random, probability: number): FaultPlan => ({
  next: () => (random.chance(probability) ? random.pick(faults) : undefined),
});

/** The calls at these places, counted from 0, have these faults. */
export function scriptedFaults(script: ReadonlyMap<number, Fault>): FaultPlan & { calls: number } {
  return {
    calls: 0,
    next() {
      return script.get(this.calls++);
    },
  };
}
