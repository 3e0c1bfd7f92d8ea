import type { Log } from "./log.ts";
import type { Sent, Watcher } from "./send.ts";
import type { Terminal } from "./terminal.ts";
import { cut, fitted, visible, widthOf } from "./text.ts";
import { bytes, clockTime } from "./times.ts";
import { counted } from "./words.ts";

const tickMilliseconds = 1_000;
/** Without a changing line, progress is a message now and then. */
const messageMilliseconds = 30_000;
const bookmarkWidthMax = 200;

/** The words about a run that waits. */
export const lines = {
  waiting: "waiting for a delivery that is in flight",
  interrupted: "Interrupted: waiting for the request in flight. Press Ctrl-C again to exit at once.",
  ending: "Interrupted: waiting for the streamer to end. Press Ctrl-C again to exit at once.",
};

/**
 * Prints bookmarks on stdout, one a line, and the progress on stderr: one changing line on a terminal, else a
 * message now and then.
 */
export class Progress implements Watcher {
  readonly #terminal: Terminal;
  readonly #log: Log;
  /** ms, of a clock that only advances. */
  readonly #now: () => number;
  readonly #start: number;
  #phase = "starting";
  #segments = 0;
  #records = 0;
  #bytes = 0;
  #wireBytes = 0;
  #retries = 0;
  #messageAt: number;
  #ticks: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal, log: Log, now: () => number) {
    this.#terminal = terminal;
    this.#log = log;
    this.#now = now;
    this.#start = now();
    this.#messageAt = this.#start;
  }

  /** Begins to show progress; `phase` is what the run does first. */
  begin(phase: string): void {
    this.#phase = phase;
    if (!this.#log.hasLine) return;
    this.#draw();
    this.#ticks = setInterval(() => this.#draw(), tickMilliseconds).unref();
  }

  /** The streamer starts from a bookmark, or from the beginning without one. */
  started(bookmark: string | undefined): void {
    const from = bookmark === undefined ? "the beginning" : cut(visible(bookmark), bookmarkWidthMax);
    this.#enter(`from ${from}`, `started from ${from}`);
  }

  committed(sent: Sent): void {
    this.#segments++;
    this.#records += sent.records;
    this.#bytes += sent.bytes;
    this.#wireBytes += sent.wireBytes ?? 0;
    const now = this.#now();
    if (this.#log.hasLine) this.#draw();
    else if (now - this.#messageAt >= messageMilliseconds) {
      this.#messageAt = now;
      this.#log.write("info", this.#summary, this.#facts);
    }
  }

  /** Prints a committed bookmark. */
  print(bookmark: string): void {
    this.#terminal.print(bookmark);
  }

  waiting(): void {
    this.#enter("waiting for a delivery", lines.waiting);
  }

  retrying(reason: string): void {
    this.#retries++;
    this.#log.write("warning", `retrying after: ${reason}`);
  }

  interrupted(subject: "request" | "streamer"): void {
    this.#phase = "interrupted";
    this.#log.write("warning", subject === "request" ? lines.interrupted : lines.ending);
  }

  warn(message: string): void {
    this.#log.write("warning", message);
  }

  /** The stream has ended; `fromPipe` if its streamer's exit code is not known. */
  done(fromPipe: boolean): void {
    if (this.#segments > 0) return;
    const hidden = fromPipe
      ? " A pipe hides whether its streamer failed: use `set -o pipefail`, or run it after `--`."
      : "";
    this.#log.write("info", `The stream is empty: there is nothing new, so nothing is sent.${hidden}`);
  }

  /** Removes the changing line and prints the totals, once. */
  end(): void {
    clearInterval(this.#ticks);
    this.#terminal.end();
    if (this.#segments > 0) this.#log.write("info", `Total: ${this.#summary}`, this.#facts);
    this.#segments = 0;
  }

  #enter(phase: string, message: string): void {
    this.#phase = phase;
    if (this.#log.hasLine) this.#draw();
    else this.#log.write("info", message);
  }

  #draw(): void {
    const { width } = this.#terminal;
    const [clock, [first = "", ...more]] = [clockTime(this.#seconds), this.#parts];
    const progress = `: ${clock}, ${first}`;
    const nameWidth = Math.max(Math.floor(width / 3), width - widthOf(progress));
    const line = cut(this.#log.streamer ?? "persist", nameWidth) + progress;
    this.#terminal.change(fitted([line, ...more], width));
  }

  /** The parts of the changing line, the most important one first. */
  get #parts(): string[] {
    if (this.#segments === 0) return [this.#phase];
    const isInterrupted = this.#phase === "interrupted";
    return [
      ...(isInterrupted ? [this.#phase] : []),
      counted(this.#records, "record"),
      bytes(this.#bytes),
      this.#speed,
      counted(this.#segments, "segment"),
      ...(this.#wireBytes === 0 ? [] : [`${bytes(this.#wireBytes)} gzipped`]),
      ...(this.#retries === 0 ? [] : [counted(this.#retries, "retry")]),
    ];
  }

  get #seconds(): number {
    return (this.#now() - this.#start) / 1_000;
  }

  get #speed(): string {
    return `${bytes(Math.round(this.#bytes / Math.max(this.#seconds, 0.001)))}/s`;
  }

  get #summary(): string {
    const sent = this.#wireBytes === 0 ? "" : ` (${bytes(this.#wireBytes)} gzipped)`;
    const retries = this.#retries === 0 ? "" : `, ${counted(this.#retries, "retry")}`;
    return (
      `${counted(this.#records, "record")} in ${counted(this.#segments, "segment")}, ` +
      `${bytes(this.#bytes)}${sent} in ${this.#seconds.toFixed(1)} s, ${this.#speed}${retries}`
    );
  }

  get #facts(): object {
    return {
      records: this.#records,
      segments: this.#segments,
      bytes: this.#bytes,
      wireBytes: this.#wireBytes,
      retries: this.#retries,
      milliseconds: Math.round(this.#seconds * 1_000),
    };
  }
}
