import type { Readable } from "node:stream";

/** The output of a process on one of its streams, from its start. */
export class Printed {
  text = "";
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on("data", text => {
      this.text += String(text);
    });
  }

  /**
   * Resolves to everything printed, once it contains `expected`. Rejects if the stream ends first, as it does
   * with its process: no test waits for a line that can no longer come.
   */
  async until(expected: string): Promise<string> {
    while (!this.text.includes(expected)) {
      if (this.#stream.closed)
        throw new Error(`The process ended and never printed ${JSON.stringify(expected)}, but: ${this.text}`);
      await this.#next();
    }
    return this.text;
  }

  #next(): Promise<void> {
    const stream = this.#stream;
    return new Promise(resolve => {
      const done = () => {
        stream.off("data", done).off("close", done);
        resolve();
      };
      stream.on("data", done).on("close", done);
    });
  }
}
