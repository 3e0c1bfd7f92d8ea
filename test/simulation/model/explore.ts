import { checkEdge } from "./invariants.ts";
import { keyOf } from "./key.ts";
import { type Edge, edgesOf, initial, step } from "./model.ts";
import type { Scenario, State } from "./state.ts";

/** Another form of the model's states, which follows each edge with it. */
export interface Companion<T> {
  readonly start: T;
  /** Takes the edge, too. Throws if the result differs from the model's. */
  follow(at: T, before: State, edge: Edge, after: State): T | Promise<T>;
}

export interface Explored {
  readonly states: number;
  readonly edges: number;
}

/**
 * Reaches every state, breadth first, merges equal ones, and takes every edge from each once. Checks the
 * invariants at each edge. Throws a Violation, and what the companion throws.
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
