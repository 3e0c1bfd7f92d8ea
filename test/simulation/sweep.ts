import { type Fault, faults, scriptedFaults } from "./faults.ts";
import { simulateDelivery } from "./simulate.ts";

export type Script = ReadonlyMap<number, Fault>;

/** How many calls the deliveries of a seed make when nothing befalls them. */
async function callsOf(seed: number): Promise<number> {
  const plan = scriptedFaults(new Map());
  await simulateDelivery(seed, plan);
  return plan.calls;
}

/** Every fault at every call, each alone. */
export async function singles(seed: number): Promise<Script[]> {
  const calls = Array.from({ length: await callsOf(seed) }, (_, call) => call);
  return calls.flatMap(call => faults.map(fault => new Map([[call, fault]])));
}

/** Every two calls at which the process is killed. */
export async function pairs(seed: number): Promise<Script[]> {
  const calls = Array.from({ length: await callsOf(seed) }, (_, call) => call);
  return calls.flatMap(first =>
    calls
      .filter(second => second > first)
      .map(
        second =>
          new Map<number, Fault>([
            [first, "killed-after"],
            [second, "killed-before"],
          ]),
      ),
  );
}

/** Runs a seed's deliveries once a script. Throws a Violation, and says which script broke what. */
export async function sweep(seed: number, scripts: readonly Script[]): Promise<number> {
  for (const script of scripts) {
    try {
      await simulateDelivery(seed, scriptedFaults(script));
    } catch (error) {
      const where = [...script].map(([call, fault]) => `${fault} at call ${call}`).join(", ");
      throw new Error(`Seed ${seed}, ${where}: ${(error as Error).message}`, { cause: error });
    }
  }
  return scripts.length;
}
