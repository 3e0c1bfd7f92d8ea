import { openSync, readFileSync, writeSync } from "node:fs";
import type { Step } from "../simulation/steps.ts";

/** Room for all the steps that a process is at. */
const fileBytes = 256;
/** A process dies so soon after a step has begun, or within it, ms. */
const deathMillisecondsMax = 3;

/** What a parent says to a process that is to die at a step. */
export interface Death {
  readonly dieAt: Step;
}

/**
 * The steps that a process is at, in a file that outlives it. It dies at one of them where its parent says
 * so.
 */
export class Steps {
  readonly #file: number;
  readonly #inFlight: Step[] = [];
  #dieAt: Step | undefined;

  /** `path` is of a file that is there. */
  constructor(path: string) {
    this.#file = openSync(path, "r+");
    this.#write();
    process.on("message", ({ dieAt }: Death) => {
      this.#dieAt = dieAt;
    });
    // A parent that listens keeps no process from ending.
    process.channel?.unref();
  }

  /** Does `work`, which is what the step is. */
  async during<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const end = this.begin(step);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** The step has begun; it ends with the function that is returned. */
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

/** The steps that a process was at when it died. */
export const stepsIn = (path: string): Step[] =>
  readFileSync(path, "utf8").split(" ").filter(Boolean) as Step[];
