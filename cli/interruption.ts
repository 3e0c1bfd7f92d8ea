import { constants } from "node:os";
import { CliError, exits } from "./cli-error.ts";

/** How long an interrupted run waits for its request in flight and for its streamer. */
const endMillisecondsMax = 10_000;
const interrupted = "Interrupted. What was committed stays committed: run it again to resume from there.";
const unprintable = (reason: string | undefined) =>
  `Bookmarks can't be printed any more: ${reason}. What was committed stays committed.`;

/** Ends a run before its stream does: Ctrl-C, another signal, or a closed stdout, as `head -1` leaves. */
export class Interruption {
  /** Aborted once no more of the stream is needed. */
  readonly aborted = new AbortController();
  /** A request may be in flight, or a streamer running. */
  isSending = false;
  #error: CliError | undefined;
  readonly #onWait: () => void;

  /** `onWait` is called when the run begins to wait for its request in flight. */
  constructor(onWait: () => void) {
    this.#onWait = onWait;
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
      process.on(signal, () => this.#begin(new CliError(interrupted, 128 + constants.signals[signal])));
    process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
      // The error repeats for each bookmark.
      if (this.#error === undefined) this.#begin(new CliError(unprintable(code), exits.failed));
    });
    // A closed terminal.
    process.stderr.on("error", () => {});
  }

  /** Throws CliError if the run was interrupted. */
  throwIfAny(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  #begin(error: CliError): void {
    if (!this.isSending || this.#error !== undefined) return exit(error);
    this.#error = error;
    this.aborted.abort();
    this.#onWait();
    setTimeout(exit, endMillisecondsMax, error).unref();
  }
}

function exit({ message, exitCode }: CliError): void {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}
