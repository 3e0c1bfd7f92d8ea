import type { FaultPlan } from "../faults.ts";
import type { Answered, Asked } from "../sent.ts";
import { request } from "../world/gateway.ts";
import type { World } from "../world/world.ts";

const expected = [undefined, "PT1M", "PT1H", "P3650D"] as const;
const pauseMilliseconds = [0, 4_000] as const;

/** An operator, or two at once, who reads a streamer's settings and sets them on top of what was read. */
export class SettingsClient {
  readonly #world: World;
  readonly #path: string;
  readonly #plan: FaultPlan;

  constructor(world: World, streamer: string, plan: FaultPlan) {
    this.#world = world;
    this.#path = `/streamers/${streamer}/settings`;
    this.#plan = plan;
  }

  async run(rounds: number): Promise<void> {
    const { random, scheduler } = this.#world;
    for (let round = 0; round < rounds; round++) {
      await scheduler.sleep(random.int(...pauseMilliseconds));
      const { status, headers } = await this.#ask("GET");
      if (status !== 200) continue;
      const every = random.pick(expected);
      const body = Buffer.from(JSON.stringify(every === undefined ? {} : { expectedEvery: every }));
      const setting = () =>
        this.#ask("PUT", { "if-match": headers.etag!, "content-type": "application/json" }, body);
      await Promise.all(random.chance(0.3) ? [setting(), setting()] : [setting()]);
    }
  }

  #ask(method: string, headers: Asked["headers"] = {}, body?: Uint8Array): Promise<Answered> {
    const authorization = `Bearer ${this.#world.token}`;
    const asked = { method, path: this.#path, headers: { authorization, ...headers }, body };
    return request(this.#world, asked, this.#plan);
  }
}
