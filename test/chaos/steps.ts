import { openSync, readFileSync, writeSync } from "node:fs";
import type { Step } from "../simulation/steps.ts";

/** Room for all steps that a process can be at. */
const fileBytes = 256;
/** A process dies within this time after a step has begun, in ms. */
const deathMillisecondsMax = 3;

/** A parent's message to a process that must die at a step. */
export interface Death {
  readonly dieAt: Step;
}

/** A process's current steps, in a file that outlives it. It dies at one of them if its parent says so. */
export class Steps {
  readonly #file: number;
  readonly #inFlight: Step[] = [];
  #dieAt: Step | undefined;

  /** The file at `path` exists. */
  constructor(path: string) {
    this.#file = openSync(path, "r+");
    this.#write();
    process.on("message", ({ dieAt }: Death) => {
      this.#dieAt = dieAt;
    });
    // Listening to the parent doesn't keep the process alive.
    process.channel?.unref();
  }

  /** Does `work`, which is the step. */
  async during<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const end = this.begin(step);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Begins a step, which ends when the returned function is called. */
  begin(step: Step): () => void {
    this.#inFlight.push(step);
    this.#write();
    if (this.#dieAt === step)
      setTimeout(() => process.kill(process.pid, "SIGKILL"), Math.random() * deathMillisecondsMax);
    return () => {
      this.#inFlight.splice(this.#inFlight.indexOf(step), 1);
      this.#write();
    };
  }

  #write(): void {
    const text = this.#inFlight.join(" ").slice(0, fileBytes).padEnd(fileBytes);
    writeSync(this.#file, text, 0);
  }
}

/** The steps of a process when it died. */
export const stepsIn = (path: string): Step[] =>
  readFileSync(path, "utf8").split(" ").filter(Boolean) as Step[];
