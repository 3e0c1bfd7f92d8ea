import { cut } from "./text.ts";

const clearLine = "\r\u001b[K";
const columnsUsual = 80;
/** With one more, as some terminals begin a new row once the last column is taken. */
const echoColumns = 3;

/**
 * The only writer of a run on stdout and stderr. At the bottom of a terminal is one line that changes;
 * messages appear above it, so that nothing shares a row.
 */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  readonly #err: NodeJS.WriteStream;
  /** Whether a line can change: it can't in a file, or without a cursor. */
  readonly hasLine: boolean;
  #line = "";

  constructor(
    out: NodeJS.WriteStream = process.stdout,
    err: NodeJS.WriteStream = process.stderr,
    term = process.env.TERM,
  ) {
    this.#out = out;
    this.#err = err;
    this.hasLine = err.isTTY === true && term !== "dumb";
  }

  /** The columns that the changing line may take: the echo of Ctrl-C, ^C, must not begin a new row. */
  get width(): number {
    return (this.#err.columns || columnsUsual) - echoColumns;
  }

  /** Replaces the changing line, which is cut to the terminal's width. */
  change(text: string): void {
    if (!this.hasLine) return;
    this.#line = cut(text, this.width);
    this.#err.write(clearLine + this.#line);
  }

  /** Writes a message to stderr. */
  say(message: string): void {
    const clear = this.#line === "" ? "" : clearLine;
    this.#err.write(`${clear}${message}\n${this.#line}`);
  }

  /** Writes a line to stdout, which may be the same terminal. */
  print(text: string): void {
    const isShared = this.#line !== "" && this.#out.isTTY === true;
    if (isShared) this.#err.write(clearLine);
    this.#out.write(`${text}\n`);
    if (isShared) this.#err.write(this.#line);
  }

  /** Removes the changing line. */
  end(): void {
    if (this.#line !== "") this.#err.write(clearLine);
    this.#line = "";
  }
}
