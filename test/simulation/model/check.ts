import { type Explored, explore } from "./explore.ts";
import { Replay } from "./replay.ts";
import type { Scenario } from "./state.ts";

/** Reaches every state of a scenario and checks the invariants. Throws a Violation. */
const checkModel = (scenario: Scenario): Promise<Explored> =>
  explore(scenario, { start: undefined, follow: () => undefined });

/** The same, and also takes every edge in the real core. Throws a Violation or a Difference. */
const checkCore = (scenario: Scenario): Promise<Explored> => explore(scenario, new Replay());

export const checks = { model: checkModel, core: checkCore };
