import { setTimeout } from "node:timers/promises";
import type { Random } from "../simulation/random.ts";
import type { Server } from "./server.ts";

const intervalMilliseconds = { min: 50, max: 1_500 };

/** Kills one server or another, whatever they are at, and starts it again at once: `total` times. */
export async function killing(
  servers: readonly Server[],
  total: number,
  random: Random,
  onKill: (kill: number, victim: Server) => void,
): Promise<void> {
  for (let kill = 1; kill <= total; kill++) {
    await setTimeout(random.int(intervalMilliseconds.min, intervalMilliseconds.max));
    const victim = random.pick(servers);
    await victim.kill();
    onKill(kill, victim);
    await victim.start();
  }
}
