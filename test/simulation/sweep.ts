import { type CallFault, faultsAt, scriptedFaults } from "./faults.ts";
import { simulateDelivery } from "./simulate.ts";
import type { Service } from "./steps.ts";

export type Script = ReadonlyMap<number, CallFault>;

/** The calls of a seed's deliveries without faults, in order. */
async function callsOf(seed: number): Promise<readonly Service[]> {
  const plan = scriptedFaults(new Map());
  await simulateDelivery(seed, plan);
  return plan.calls;
}

/** Every fault at every call, one at a time. */
export async function singles(seed: number): Promise<Script[]> {
  const calls = await callsOf(seed);
  return calls.flatMap((service, call) => faultsAt(service).map(fault => new Map([[call, fault]])));
}

/** Every pair of calls at which processes are killed. */
export async function pairs(seed: number): Promise<Script[]> {
  const calls = (await callsOf(seed)).flatMap((service, call) => (service === "endpoint" ? [] : [call]));
  return calls.flatMap(first =>
    calls
      .filter(second => second > first)
      .map(
        second =>
          new Map<number, CallFault>([
            [first, "killed-after"],
            [second, "killed-before"],
          ]),
      ),
  );
}

/** Runs a seed's deliveries once for each script. Throws a Violation that names the script. */
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
