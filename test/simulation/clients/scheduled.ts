import { PersisterError } from "../../../functions/persister/errors.ts";
import type { Ran } from "../../../functions/program/run.ts";
import { StreamerFailed } from "../../../functions/program/streaming.ts";
import { schedule } from "../../../functions/schedule.ts";
import type { WiredRun } from "../../../functions/wire-run.ts";
import type { FaultPlan } from "../faults.ts";
import { invoke, Process } from "../process.ts";
import { contentsOf } from "../sent.ts";
import { type Printed, printFrom } from "../source/stream.ts";
import type { World } from "../world/world.ts";

/** The maximum duration of a Lambda function, in ms. */
const lifeMilliseconds = 900_000;
const intervalMilliseconds = [0, 120_000] as const;
/** EventBridge Scheduler may start it again within this time, in ms. */
const againMilliseconds = [5_000, 65_000] as const;
const againMax = 3;

/** A streamer that runs in Lambda on a schedule, which may fire twice. */
export class Scheduled {
  readonly #world: World;
  readonly #streamer: string;
  readonly #plan: FaultPlan;
  readonly #hasChains: boolean;
  /** Runs whose streamers print, and their chains. */
  readonly #streaming = new Map<Process, string>();
  #running = 0;
  #again = 0;
  #starts = 0;

  constructor(world: World, streamer: string, plan: FaultPlan, hasChains = world.traits.hasChains ?? false) {
    this.#world = world;
    this.#hasChains = hasChains;
    this.#streamer = streamer;
    this.#plan = plan;
  }

  async run(rounds: number): Promise<void> {
    const { random, scheduler } = this.#world;
    for (let round = 0; round < rounds; round++) {
      await scheduler.sleep(random.int(...intervalMilliseconds));
      if (random.chance(0.4)) void this.#fire();
      // A killed run never answers.
      void this.#fire();
    }
  }

  /** Starts a run, which begins a chain unless it continues one. */
  async #fire(again?: string): Promise<void> {
    const { random, invariants, traits, isClosed, processes } = this.#world;
    if (isClosed) return;
    const process = new Process(this.#world, { ...nothingSent, streamer: this.#streamer }, this.#plan);
    if (this.#running++ > 0) process.line.also = "fired-twice";
    processes.add(process);
    const isOld = random.chance(traits.oldCode);
    // An earlier version knows no chains.
    const chain = this.#hasChains && !isOld ? (again ?? `start-${this.#starts++}`) : undefined;
    try {
      const handler = schedule(() => this.#wired(process, isOld, chain));
      const context = { milliseconds: lifeMilliseconds, ...(chain && { awsRequestId: chain }) };
      await invoke(handler, chain && { again }, process.line.now(), context);
    } catch (error) {
      if (!(error instanceof PersisterError || error instanceof StreamerFailed)) invariants.fail(error);
    }
    this.#running--;
    processes.delete(process);
    invariants.ended(process);
  }

  #wired(process: Process, isOld: boolean, chain: string | undefined): WiredRun {
    const { parts } = process.wired(isOld);
    let printed: Printed | undefined;
    return {
      parts: {
        ...parts,
        chains: {
          claim: (claimed, now, deadline) => {
            // The second claim of a run ends or renews its chain.
            this.#streaming.delete(process);
            return parts.chains.claim(claimed, now, deadline);
          },
        },
        archive: {
          put: (key, bytes, deadline) => {
            // Each segment is a delivery of its own: its records go to the account of its time.
            process.hasArchived = false;
            process.clientId = undefined;
            process.sent = { ...process.sent, ...contentsOf(bytes, this.#world, this.#streamer) };
            return parts.archive.put(key, bytes, deadline);
          },
        },
      },
      streamer: this.#streamer,
      streaming: (bookmark, stopAt, givenUp) => {
        const { line } = process;
        const { invariants, skewMillisecondsMax } = this.#world;
        if (stopAt >= process.began + lifeMilliseconds + skewMillisecondsMax)
          invariants.broken("I6", "a run takes longer than its function may");
        if (chain !== undefined) this.#checkAlone(process, chain);
        printed = printFrom(bookmark, {
          world: this.#world,
          streamer: this.#streamer,
          line,
          stopAt,
          givenUp,
        });
        return printed.output;
      },
      report: ran => this.#check(ran, printed),
      scheduleNext: async (_, next) => this.#fireAgain(chain && next),
    };
  }

  /** A run that calls itself whole has delivered everything. */
  #check({ outcome }: Ran, printed: Printed | undefined): void {
    const { invariants } = this.#world;
    if (outcome !== "whole") return;
    const missing = printed?.body.changes.find(
      change => !invariants.landings.isAccepted(this.#streamer, change),
    );
    if (missing !== undefined) invariants.broken("I6", `a run is whole, and ${missing.position} is missing`);
  }

  /** I5: a streamer has one chain of runs at a time. */
  #checkAlone(process: Process, chain: string): void {
    const { invariants, hasWrongClocks } = this.#world;
    const other = [...this.#streaming].find(([each, of]) => each.line.isAlive && of !== chain);
    if (other !== undefined && !hasWrongClocks)
      invariants.broken("I5", `the chain ${chain} runs while ${other[1]} is live`);
    this.#streaming.set(process, chain);
  }

  #fireAgain(chain: string | undefined): void {
    const { random, scheduler } = this.#world;
    if (this.#again++ < againMax)
      scheduler.in(random.int(...againMilliseconds), () => void this.#fire(chain));
  }
}

const nothingSent = {
  kind: "run",
  bytes: undefined,
  body: undefined,
  changes: [],
  key: undefined,
  match: undefined,
  token: "",
} as const;
