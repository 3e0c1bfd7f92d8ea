import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import { CliError, exits } from "./cli-error.ts";
import type { Ports } from "./ports.ts";

/** How long an interrupted run waits for its request in flight and for its streamer. */
const endMillisecondsMax = 10_000;
/** A streamer that ends sooner needs no message. */
const patienceMilliseconds = 1_000;
const interrupted = "Interrupted. What was committed stays committed: run it again to resume from there.";
const unprintable = (reason: string | undefined, isSending: boolean) =>
  isSending
    ? `Bookmarks can't be printed any more: ${reason}. What was committed stays committed.`
    : `The output can't be written: ${reason}.`;

interface InterruptionWatcher {
  /** The run begins to wait, for its request in flight or for its streamer. */
  waiting(subject: "request" | "streamer"): void;
  /** Reports the error of a process that is about to exit. */
  failed(error: CliError): void;
}

/** Ends a run before its stream does: Ctrl-C, another signal, or a closed stdout, as `head -1` leaves. */
export class Interruption {
  /** Aborted once no more of the stream is needed, as when all of it was read. */
  readonly aborted = new AbortController();
  /** Aborted only when the run is interrupted: what was read is still sent, and retried. */
  readonly #interrupted = new AbortController();
  /** A request may be in flight, or a streamer running. */
  isSending = false;
  #error: CliError | undefined;
  #requests = 0;
  readonly #watcher: InterruptionWatcher;

  constructor(watcher: InterruptionWatcher) {
    this.#watcher = watcher;
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
      process.on(signal, () => {
        const message = this.isSending ? interrupted : "Interrupted.";
        this.#begin(new CliError(message, 128 + constants.signals[signal]));
      });
    process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
      // The reader of a command's output, such as `head -1`, has what it needs.
      if (!this.isSending && code === "EPIPE") process.exit(0);
      // The error repeats for each bookmark.
      if (this.#error === undefined)
        this.#begin(new CliError(unprintable(code, this.isSending), exits.failed));
    });
    // A closed terminal.
    process.stderr.on("error", () => {});
  }

  /**
   * Returns ports whose requests an interrupted run waits for, and whose sleeps, between attempts, it does
   * not wait for.
   */
  interruptible(ports: Ports): Ports {
    const { signal } = this.#interrupted;
    const sendHttp: Ports["sendHttp"] = request => this.during(() => ports.sendHttp(request));
    const sleep = (milliseconds: number) => setTimeout(milliseconds, undefined, { signal });
    return { ...ports, sendHttp, clock: { ...ports.clock, sleep } };
  }

  /** Does work that an interrupted run waits for, and says so. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#requests++;
    try {
      return await work();
    } finally {
      this.#requests--;
    }
  }

  /** Throws CliError if the run was interrupted. */
  throwIfAny(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  #begin(error: CliError): void {
    if (!this.isSending || this.#error !== undefined) return this.#exit(error);
    this.#error = error;
    this.aborted.abort();
    this.#interrupted.abort();
    if (this.#requests > 0) this.#watcher.waiting("request");
    else
      setTimeout(patienceMilliseconds, undefined, { ref: false }).then(() =>
        this.#watcher.waiting("streamer"),
      );
    setTimeout(endMillisecondsMax, undefined, { ref: false }).then(() => this.#exit(error));
  }

  #exit(error: CliError): void {
    this.#watcher.failed(error);
    process.exit(error.exitCode);
  }
}
