import type { Sent, Watcher } from "./send.ts";
import { counted } from "./words.ts";

const megabyte = 1_000_000;
const clearLine = "\r\u001b[K";

/** The lines about a run that waits. */
export const lines = {
  waiting: "waiting for a delivery that is in flight",
  interrupted: "Interrupted: waiting for the request in flight. Press Ctrl-C again to exit at once.",
};

/**
 * Prints bookmarks on stdout, one a line, and the progress on stderr: one changing line on a terminal, else a
 * line per segment.
 */
export class Progress implements Watcher {
  #segments = 0;
  #records = 0;
  #bytes = 0;
  #wireBytes = 0;
  #retries = 0;
  readonly #start = performance.now();
  readonly #isTerminal = process.stderr.isTTY;

  committed({ records, bytes, wireBytes = 0 }: Sent): void {
    this.#segments++;
    this.#records += records;
    this.#bytes += bytes;
    this.#wireBytes += wireBytes;
    this.#say(this.#line);
  }

  /** Prints a committed bookmark. */
  print(bookmark: string): void {
    // Both are on one terminal.
    if (this.#isTerminal && process.stdout.isTTY) process.stderr.write(clearLine);
    process.stdout.write(`${bookmark}\n`);
  }

  waiting(): void {
    this.#say(lines.waiting);
  }

  retrying(reason: string): void {
    this.#retries++;
    this.#say(`retrying after: ${reason}`);
  }

  interrupted(): void {
    this.#say(lines.interrupted);
  }

  warn(message: string): void {
    this.#say(message);
  }

  /** The stream has ended; `fromPipe` if its streamer's exit code is not known. */
  done(fromPipe: boolean): void {
    if (this.#segments > 0) return;
    const hidden = fromPipe
      ? " A pipe hides whether its streamer failed: use `set -o pipefail`, or run it after `--`."
      : "";
    process.stderr.write(`The stream is empty: there is nothing new, so nothing is sent.${hidden}\n`);
  }

  /** Prints the totals. */
  end(): void {
    if (this.#segments === 0) return;
    if (this.#isTerminal) process.stderr.write(clearLine);
    process.stderr.write(
      `Total: ${this.#line}${this.#retries === 0 ? "" : `, ${counted(this.#retries, "retry")}`}\n`,
    );
  }

  get #line(): string {
    const seconds = (performance.now() - this.#start) / 1_000;
    const read = this.#bytes / megabyte;
    const sent = this.#wireBytes === 0 ? "" : ` (${(this.#wireBytes / megabyte).toFixed(1)} MB gzipped)`;
    return (
      `${counted(this.#records, "record")} in ${counted(this.#segments, "segment")}, ` +
      `${read.toFixed(1)} MB${sent} in ${seconds.toFixed(1)} s, ${(read / seconds).toFixed(1)} MB/s`
    );
  }

  #say(line: string): void {
    process.stderr.write(this.#isTerminal ? clearLine + line : `${line}\n`);
  }
}
