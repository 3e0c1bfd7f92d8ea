import { constants } from "node:os";
import { exits } from "./endpoint.ts";
import { Told } from "./told.ts";

/** What is on its way is waited for, and the streamer, for so long. */
const endMillisecondsMax = 10_000;
const interrupted = "Interrupted. What was committed stays so: run it again and it goes on from there.";

/** An end before the stream's: by Ctrl-C, by another signal, or because whoever reads our bookmarks has left, such as `head -1`. */
export class Interruption {
  /** Aborted once no more of the stream is wanted. */
  readonly givenUp = new AbortController();
  /** Of ours something may be on its way, or a streamer run. */
  isSending = false;
  #exitCode: number | undefined;
  readonly #onWait: () => void;

  /** `onWait` hears that it ends once what is on its way has ended. */
  constructor(onWait: () => void) {
    this.#onWait = onWait;
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
      process.on(signal, () => this.#begin(128 + constants.signals[signal]));
    process.stdout.on("error", () => this.#begin(exits.failed));
    // A terminal that is closed takes no more words.
    process.stderr.on("error", () => {});
  }

  /** Throws Told where there was one. */
  throwIfAny(): void {
    if (this.#exitCode !== undefined) throw new Told(interrupted, this.#exitCode);
  }

  #begin(exitCode: number): void {
    if (!this.isSending || this.#exitCode !== undefined) return exit(exitCode);
    this.#exitCode = exitCode;
    this.givenUp.abort();
    this.#onWait();
    setTimeout(exit, endMillisecondsMax, exitCode).unref();
  }
}

function exit(exitCode: number): void {
  process.stderr.write(`${interrupted}\n`);
  process.exit(exitCode);
}
