import type { Spend } from "./budget.ts";

/** A JSON map. */
export type Members = Readonly<Record<string, unknown>>;

/**
 * Returns the names in a map. V8 collects all of them, in 30 to 140 ns each, even if only the first is used.
 */
export function namesOf(members: Members, spend: Spend): readonly string[] {
  const names = Object.keys(members);
  spend(names.length);
  return names;
}
