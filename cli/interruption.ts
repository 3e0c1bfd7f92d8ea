import { constants } from "node:os";
import { CliError, exits } from "./cli-error.ts";

/** What is on its way is waited for, and the streamer, for so long. */
const endMillisecondsMax = 10_000;
const interrupted = "Interrupted. What was committed stays committed: run it again to resume from there.";
const unread = (reason: string | undefined) =>
  `Bookmarks can't be printed any more: ${reason}. What was committed stays so.`;

/** Ends a run before its stream does: Ctrl-C, another signal, or a closed stdout, as `head -1` leaves. */
export class Interruption {
  /** Aborted once no more of the stream is wanted. */
  readonly aborted = new AbortController();
  /** Of ours something may be on its way, or a streamer run. */
  isSending = false;
  #told: CliError | undefined;
  readonly #onWait: () => void;

  /** `onWait` hears that it ends once what is on its way has ended. */
  constructor(onWait: () => void) {
    this.#onWait = onWait;
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
      process.on(signal, () => this.#begin(new CliError(interrupted, 128 + constants.signals[signal])));
    process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
      // Each bookmark meets it again.
      if (this.#told === undefined) this.#begin(new CliError(unread(code), exits.failed));
    });
    // A terminal that is closed takes no more words.
    process.stderr.on("error", () => {});
  }

  /** Throws CliError where there was one. */
  throwIfAny(): void {
    if (this.#told !== undefined) throw this.#told;
  }

  #begin(told: CliError): void {
    if (!this.isSending || this.#told !== undefined) return exit(told);
    this.#told = told;
    this.aborted.abort();
    this.#onWait();
    setTimeout(exit, endMillisecondsMax, told).unref();
  }
}

function exit({ message, exitCode }: CliError): void {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}
