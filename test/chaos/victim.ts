import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { Step } from "../simulation/steps.ts";
import { type Death, stepsIn } from "./steps.ts";

export type VictimName = "endpoint" | "sandbox" | "persist" | "scheduled";

/** How long a process may take to reach the step at which it must die, in ms. */
const untilStepMillisecondsMax = 5_000;

/** A process that may be killed at any moment, or at one of its steps. */
export class Victim {
  readonly name: VictimName;
  /** How often it was killed at each step; "" counts kills outside of all steps. */
  readonly kills = new Map<Step | "", number>();
  /** How often in total: a kill during several steps counts once. */
  killed = 0;
  protected readonly stepsFile: string;
  protected child: ChildProcess | undefined;

  constructor(name: VictimName, stepsFile: string) {
    this.name = name;
    this.stepsFile = stepsFile;
    writeFileSync(stepsFile, "");
  }

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  /** Sends SIGKILL, which leaves it no time to react. Resolves to whether a process was running. */
  async kill(): Promise<boolean> {
    const { child } = this;
    if (child === undefined) return false;
    await this.stop();
    this.#count();
    return true;
  }

  /** Kills it at a step, unless it ends before. If it doesn't reach the step, it is killed anyway. */
  async killAt(step: Step): Promise<boolean> {
    const { child } = this;
    if (child === undefined) return false;
    const closed = once(child, "close");
    child.send({ dieAt: step } satisfies Death, () => {});
    this.mayDie = true;
    await Promise.race([closed, setTimeout(untilStepMillisecondsMax, undefined, { ref: false })]);
    this.mayDie = false;
    if (child.signalCode === null && child.exitCode === null) return this.kill();
    if (this.child === child) this.child = undefined;
    if (child.signalCode !== "SIGKILL") return false;
    this.#count();
    return true;
  }
  /** It will die soon. */
  protected mayDie = false;

  /** A kill that isn't counted. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }

  #count(): void {
    this.killed++;
    const steps = stepsIn(this.stepsFile);
    for (const step of steps.length === 0 ? [""] : new Set(steps)) {
      const at = step as Step | "";
      this.kills.set(at, (this.kills.get(at) ?? 0) + 1);
    }
  }
}
