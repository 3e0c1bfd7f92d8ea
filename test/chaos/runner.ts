import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import type { Seen } from "./landed.ts";
import { Victim, type VictimName } from "./victim.ts";

/** Where the programs are, and which servers they use. */
export interface Place {
  readonly url: string;
  readonly token: string;
  readonly dir: string;
  readonly logPath: string;
  /** Bundles: `persist`, `scheduled`, `streamer`, `steps`. */
  readonly programs: Readonly<Record<"persist" | "scheduled" | "streamer" | "steps", string>>;
  /** The environment of the endpoint's process, for a scheduled run. */
  readonly env: Readonly<Record<string, string>>;
}

/** A command after `--`, the end of a pipe with `--bookmark FILE`, or a scheduled run. */
export type RunnerKind = "command" | "pipe" | "scheduled";

const pauseMilliseconds = 300;
/** Another run holds the streamer, dead or alive. */
const heldMilliseconds = 3_000;
const runsMax = 100;
/** `persist` exits with 5 if the endpoint is in trouble or another run has moved the streamer. */
const passingCodes = new Set([0, 5]);
const passingOutcomes = new Set([
  "whole",
  "unfinished",
  "superseded",
  "archive-unavailable",
  "store-unavailable",
  "unavailable",
  "out-of-time",
  "streamer-failed",
]);

/** A streamer that `persist` or a schedule runs repeatedly, and that may be killed. */
export class Runner extends Victim {
  readonly streamer: string;
  /** The bookmarks that it printed. */
  readonly seen: Seen[] = [];
  readonly #kind: RunnerKind;
  readonly #place: Place;
  runs = 0;

  constructor(streamer: string, kind: RunnerKind, place: Place) {
    const name: VictimName = kind === "scheduled" ? "scheduled" : "persist";
    super(name, join(place.dir, `${streamer}.steps`));
    this.streamer = streamer;
    this.#kind = kind;
    this.#place = place;
  }

  /** Runs until `isOver`, and once more to the end. Rejects if a promise is broken. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) await this.#runOnce();
    for (let run = 0; !(await this.#runOnce()); run++)
      if (run === runsMax) throw new Error(`${this.streamer}: no run of ${runsMax} came to its end`);
  }

  /** Resolves to whether it finished. */
  async #runOnce(): Promise<boolean> {
    this.runs++;
    const child = this.#spawn();
    this.child = child;
    const closed = once(child, "close");
    let stderr = "";
    child.stderr!.on("data", text => {
      stderr += text;
    });
    let last = "";
    for await (const line of createInterface({ input: child.stdout! })) {
      last = line;
      if (this.#kind !== "scheduled") await this.#see(Number(line));
    }
    const [code, signal] = (await closed) as [number | null, string | null];
    if (this.child === child) this.child = undefined;
    if (signal === "SIGKILL") return false;
    return this.#ended(code, last, stderr);
  }

  async #ended(code: number | null, last: string, stderr: string): Promise<boolean> {
    const isPassing =
      this.#kind === "scheduled" ? code === 0 && passingOutcomes.has(last) : passingCodes.has(code ?? 1);
    if (!isPassing) throw new Error(`${this.streamer} ended with ${code}, ${last}: ${stderr.slice(-2_000)}`);
    await setTimeout(last === "superseded" ? heldMilliseconds : pauseMilliseconds);
    return this.#kind === "scheduled" ? last === "whole" : code === 0;
  }

  /** A printed bookmark is committed, and never goes back. */
  async #see(bookmark: number): Promise<void> {
    const before = this.seen.at(-1)?.bookmark ?? 0;
    if (!(bookmark >= before)) throw new Error(`${this.streamer}: ${bookmark} is printed after ${before}`);
    const { size } = await stat(this.#place.logPath);
    this.seen.push({ bookmark, logBytes: size });
  }

  #spawn(): ChildProcess {
    const { url, token, programs, env } = this.#place;
    const { persist, scheduled, streamer, steps } = programs;
    const own = { PATH: process.env.PATH, PERSIST_TOKEN: token, STEPS_FILE: this.stepsFile };
    if (this.#kind === "scheduled")
      return spawn(process.execPath, [scheduled, this.streamer, streamer], {
        env: { ...own, ...env },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      });
    const sending = ["--import", steps, persist, "--endpoint", url, "--streamer", this.streamer];
    const run = (...args: string[]) =>
      spawn(process.execPath, [...sending, ...args], { env: own, stdio: ["pipe", "pipe", "pipe", "ipc"] });
    if (this.#kind === "command") return run("--", process.execPath, streamer, this.streamer);
    return this.#spawnPipe(run);
  }

  /** `streamer FILE | persist --bookmark FILE` */
  #spawnPipe(run: (...args: string[]) => ChildProcess): ChildProcess {
    const file = join(this.#place.dir, `${this.streamer}.bookmark`);
    const given = existsSync(file) ? [file] : [];
    const printing = spawn(process.execPath, [this.#place.programs.streamer, this.streamer, ...given], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const child = run("--bookmark", file);
    // A streamer whose reader is gone ends at its next line.
    child.stdin!.on("error", () => {});
    printing.stdout.pipe(child.stdin!);
    child.once("close", () => printing.kill());
    return child;
  }
}
