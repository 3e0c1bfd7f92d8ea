import { setTimeout } from "node:timers/promises";
import type { Random } from "../simulation/random.ts";
import type { Step } from "../simulation/steps.ts";
import type { Victim, VictimName } from "./victim.ts";

const intervalMilliseconds = { min: 50, max: 1_500 };

/** The steps at which each kind of process must be killed. It may be killed elsewhere, too. */
export const stepsOf: Readonly<Record<VictimName, readonly Step[]>> = {
  endpoint: ["archive", "look-up", "read", "history", "begin", "save-record", "forward", "receipt", "commit"],
  sandbox: [],
  persist: ["fetch", "send", "print"],
  scheduled: ["archive", "begin", "forward", "receipt", "commit"],
};

/** How often processes of a kind were killed at a step. */
export const killsAt = (victims: readonly Victim[], name: VictimName, step: Step | ""): number =>
  victims.reduce((sum, victim) => sum + (victim.name === name ? (victim.kills.get(step) ?? 0) : 0), 0);

export const killsOf = (victims: readonly Victim[], name: VictimName): number =>
  victims.reduce((sum, victim) => sum + (victim.name === name ? victim.killed : 0), 0);

/** Kills a process `total` times: alternately at any moment, and at the step with the fewest kills so far. */
export async function killing(
  victims: readonly Victim[],
  total: number,
  random: Random,
  killed: (kill: number, victim: Victim) => Promise<void>,
): Promise<void> {
  const names = Object.keys(stepsOf) as VictimName[];
  const pairs = names.flatMap(name => stepsOf[name].map(step => ({ name, step })));
  for (let kill = 1; kill <= total; ) {
    await setTimeout(random.int(intervalMilliseconds.min, intervalMilliseconds.max));
    const running = (name: VictimName) => victims.filter(victim => victim.name === name && victim.isRunning);
    const possible = pairs.filter(({ name }) => running(name).length > 0);
    const rank = ({ name, step }: (typeof pairs)[number]) =>
      1_000 * killsAt(victims, name, step) + killsOf(victims, name);
    const [least] = possible.toSorted((a, b) => rank(a) - rank(b));
    const isAtStep = kill % 2 === 0 && least !== undefined;
    const name = isAtStep ? least.name : random.pick(names.filter(each => running(each).length > 0));
    const victim = random.pick(running(name));
    const isKilled = isAtStep ? await victim.killAt(least.step) : await victim.kill();
    if (isKilled) await killed(kill++, victim);
  }
}
