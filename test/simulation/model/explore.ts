import { checkEdge } from "./invariants.ts";
import { keyOf } from "./key.ts";
import { type Edge, edgesOf, initial, step } from "./model.ts";
import type { Scenario, State } from "./state.ts";

/** What goes from state to state next to the model: another form of the same. */
export interface Companion<T> {
  readonly start: T;
  /** Takes the edge, too. Throws where that is not what the model does. */
  follow(at: T, before: State, edge: Edge, after: State): T | Promise<T>;
}

export interface Explored {
  readonly states: number;
  readonly edges: number;
}

/**
 * Reaches every state there is, breadth first, equal ones merged, and takes every edge from each once; the
 * invariants are checked at each. Throws a Violation, and what the companion throws.
 */
export async function explore<T>(scenario: Scenario, companion: Companion<T>): Promise<Explored> {
  const first = initial(scenario);
  const known = new Set([keyOf(first, scenario)]);
  let waiting: [State, T][] = [[first, companion.start]];
  let edges = 0;
  while (waiting.length > 0) {
    const reached: [State, T][] = [];
    for (const [state, at] of waiting)
      for (const edge of edgesOf(state, scenario)) {
        const next = step(state, edge, scenario);
        checkEdge(state, edge, next, scenario);
        const followed = companion.follow(at, state, edge, next);
        edges++;
        const key = keyOf(next, scenario);
        const there = followed instanceof Promise ? await followed : followed;
        if (known.has(key)) continue;
        known.add(key);
        reached.push([next, there]);
      }
    waiting = reached;
  }
  return { states: known.size, edges };
}
