/** A terminal's screen, as far as `persist` uses one: both of its streams write to it. */
export class Screen {
  readonly columns: number;
  readonly #rows: string[] = [""];
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  /** The rows, without what follows the last visible character. */
  get rows(): readonly string[] {
    return this.#rows.map(row => row.trimEnd());
  }

  /** A stream that writes to the screen. */
  get stream(): NodeJS.WriteStream {
    const write = (text: string) => {
      for (const [part] of text.matchAll(/\p{Cc}\[K|[\s\S]/gu)) this.#take(part);
      return true;
    };
    return { isTTY: true, columns: this.columns, write } as unknown as NodeJS.WriteStream;
  }

  #take(part: string): void {
    if (part === "\r") this.#column = 0;
    else if (part === "\n") this.#begin();
    else if (part === "\u001b[K") this.#write("");
    else {
      if (this.#column === this.columns) this.#begin();
      this.#write(part);
      this.#column++;
    }
  }

  #begin(): void {
    this.#rows.push("");
    this.#column = 0;
  }

  #write(text: string): void {
    const row = this.#rows.length - 1;
    const kept = this.#rows[row]!.slice(0, this.#column).padEnd(this.#column);
    this.#rows[row] = kept + text + (text === "" ? "" : this.#rows[row]!.slice(this.#column + 1));
  }
}
