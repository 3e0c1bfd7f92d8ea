import type { Terminal } from "./terminal.ts";
import { type Color, folded, painted, type View, withoutControls } from "./text.ts";

export type Level = "info" | "warning" | "error";
type LogFormat = "text" | "json";

export interface LogOptions {
  /** Undefined: text, which has time, level and streamer unless it is on a terminal. */
  readonly format?: LogFormat | undefined;
  readonly isQuiet?: boolean | undefined;
  readonly streamer?: string | undefined;
}

const colors: Readonly<Partial<Record<Level, Color>>> = { warning: "yellow", error: "red" };

/** The messages of a run on stderr. */
export class Log {
  readonly #terminal: Terminal;
  readonly #view: Pick<View, "hasColors">;
  readonly #now: () => number;
  #options: LogOptions = {};

  constructor(terminal: Terminal, view: Pick<View, "hasColors">, now: () => number) {
    this.#terminal = terminal;
    this.#view = view;
    this.#now = now;
  }

  /** Sets what the command line asks for; messages before it are for a person. */
  configure(options: LogOptions): void {
    this.#options = options;
  }

  /** Whether a program reads even the errors of a wrong command line. */
  get isJson(): boolean {
    return this.#options.format === "json";
  }

  get streamer(): string | undefined {
    return this.#options.streamer;
  }

  get hasLine(): boolean {
    const { format, isQuiet } = this.#options;
    return this.#terminal.hasLine && format === undefined && isQuiet !== true;
  }

  /** Writes a message; `facts` are for programs. */
  write(level: Level, message: string, facts: object = {}): void {
    const { format, isQuiet, streamer } = this.#options;
    if (isQuiet === true && level === "info") return;
    const time = new Date(this.#now()).toISOString();
    if (format === "json")
      return this.#terminal.say(
        withoutControls(JSON.stringify({ time, level, streamer, message, ...facts })),
      );
    const text = withoutControls(message);
    if (this.#terminal.hasLine && format === undefined)
      return this.#terminal.say(painted(folded(text, this.#terminal.width), colors[level], this.#view));
    this.#terminal.say(`${time} ${level}${streamer === undefined ? "" : ` ${streamer}`}: ${text}`);
  }
}
