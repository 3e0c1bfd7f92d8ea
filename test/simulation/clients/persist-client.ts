import { gunzipSync, gzipSync } from "node:zlib";
import { CliError } from "../../../cli/cli-error.ts";
import { deliver } from "../../../cli/deliver.ts";
import type { HttpRequest } from "../../../cli/http.ts";
import type { Ports } from "../../../cli/ports.ts";
import { PersisterError } from "../../../functions/persister/errors.ts";
import { Stopped, StreamerFailed } from "../../../functions/program/streaming.ts";
import type { FaultPlan } from "../faults.ts";
import { Line } from "../line.ts";
import { printFrom } from "../source/stream.ts";
import type { Step } from "../steps.ts";
import { request } from "../world/gateway.ts";
import type { World } from "../world/world.ts";

/**
 * How `persist` is called: with a command after `--`; at the end of a pipe whose streamer starts from the
 * last printed bookmark; or the same with `--bookmark FILE`.
 */
export const calls = ["command", "pipe", "file"] as const;
export type CallOf = (typeof calls)[number];

const intervalMilliseconds = [0, 60_000] as const;
/** Nobody ends a streamer in a pipe. */
const slowMilliseconds = 600_000;
const idle = { committed: () => {}, retrying: () => {}, waiting: () => {}, started: () => {} };

/** Somebody's laptop or cron job: `persist` runs repeatedly, sometimes twice at once, and may be killed. */
export class PersistClient {
  readonly #world: World;
  readonly #streamer: string;
  readonly #call: CallOf;
  readonly #plan: FaultPlan;
  /** The last printed bookmark, or the file of `--bookmark`. */
  #kept: string | undefined;

  constructor(world: World, streamer: string, call: CallOf, plan: FaultPlan) {
    this.#world = world;
    this.#streamer = streamer;
    this.#call = call;
    this.#plan = plan;
  }

  async run(rounds: number): Promise<void> {
    const { random, scheduler } = this.#world;
    for (let round = 0; round < rounds; round++) {
      await scheduler.sleep(random.int(...intervalMilliseconds));
      const runs = [this.#runOnce(), ...(random.chance(0.3) ? [this.#runOnce()] : [])];
      await Promise.all(runs);
    }
  }

  /** Resolves once it has ended or died. */
  async #runOnce(): Promise<void> {
    const line = new Line(this.#world, this.#plan);
    const givenUp = new AbortController();
    const began = this.#kept;
    const print = (bookmark: string | undefined) =>
      printFrom(bookmark, {
        world: this.#world,
        streamer: this.#streamer,
        line,
        stopAt: line.now() + slowMilliseconds,
        givenUp: givenUp.signal,
      }).output;
    const keep = (bookmark: string) => this.#keep(bookmark, began, line);
    const delivered = deliver({
      source:
        this.#call === "command" ? { kind: "command", run: print } : { kind: "pipe", output: print(began) },
      endpoint: {
        url: "http://endpoint",
        streamer: this.#streamer,
        token: this.#world.token,
        ports: this.#ports(line),
      },
      expected: this.#call === "file" ? { path: "bookmark", text: began, replace: keep } : undefined,
      watcher: idle,
      keep,
      aborted: givenUp,
    }).catch((error: unknown) => {
      const isKnown = [CliError, PersisterError, StreamerFailed, Stopped].some(
        known => error instanceof known,
      );
      if (!isKnown) this.#world.invariants.fail(error);
    });
    await Promise.race([delivered, line.death]);
  }

  /** Prints a committed bookmark and replaces the file, if any, unless another run has replaced it since. */
  async #keep(bookmark: string, began: string | undefined, line: Line): Promise<void> {
    const fault = line.fault("print");
    if (fault === "killed-before") return line.die();
    if (this.#call === "file" && this.#kept !== began && this.#kept !== bookmark)
      throw new CliError("Another run has changed it.", 5);
    this.#kept = bookmark;
    if (fault === "killed-after") return line.die();
  }

  #ports(line: Line): Ports {
    const { random } = this.#world;
    return {
      sendHttp: asked => this.#exchange(asked, line),
      clock: line.clock,
      idleClock: line.clock,
      random: () => random.next(),
      newKey: () => this.#world.newId(),
      gzip: async (bytes, options) => gzipSync(bytes, options),
    };
  }

  #exchange({ url, method, headers, body }: HttpRequest, line: Line) {
    const step: Step = method === "GET" ? "fetch" : "send";
    const { "content-encoding": encoding, ...rest } = headers;
    const path = `${url.pathname.replace(/^\/v1/, "")}${url.search}`;
    // Like a proxy: the endpoint's own decompression takes real time.
    const plain = encoding === "gzip" && body !== undefined ? gunzipSync(body) : body;
    return line.call({
      step,
      service: "persist",
      deadline: Number.POSITIVE_INFINITY,
      effect: async () => {
        const { status, headers, text } = await request(
          this.#world,
          { method, path, headers: rest, body: plain },
          this.#plan,
        );
        return { ok: status >= 200 && status < 300, status, headers, text };
      },
      lost: async () => ({ ok: false, status: 0, headers: {}, text: "no answer" }),
    });
  }
}
