import type { PieceReader } from "../piece-reader.ts";
import type { Table } from "../tables.ts";
import { LineTemplate } from "./template.ts";

/** Lines of several streams, or with and without some fields, may alternate. */
const templatesMax = 4;
/**
 * Making a template costs about as much as reading a line, so lines that are never alike stop making
 * templates.
 */
const trustMax = 16;
/** Templates are tried again after so many lines. */
const restLines = 64;
/** How many templates are then made before the next rest. */
const trialTrust = 2;

/** The templates of a body's latest lines, the last match first. They change the speed and nothing else. */
export class LineTemplates {
  readonly #templates: LineTemplate[] = [];
  readonly #lineBytesMax: number;
  #trust = trustMax;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** Reads the record at `start` if a template matches. Returns its table, or undefined. */
  read(reader: PieceReader, start: number): Table | undefined {
    for (let n = 0; n < this.#templates.length; n++) {
      const template = this.#templates[n]!;
      if (!template.read(reader, start)) continue;
      if (reader.position - start > this.#lineBytesMax) return undefined;
      if (n > 0) this.#templates.unshift(...this.#templates.splice(n, 1));
      if (this.#trust < trustMax) this.#trust++;
      return template.table;
    }
    return undefined;
  }

  /** Makes a template of the record at `start`, which has been read without one. */
  learn(reader: PieceReader, table: Table, start: number): void {
    this.#trust--;
    if (this.#trust < 0) {
      if (this.#templates.length > 0) this.clear();
      if (this.#trust > -restLines) return;
      this.#trust = trialTrust;
    }
    const template = LineTemplate.of(reader, table, start);
    if (template === undefined) return;
    this.#templates.unshift(template);
    if (this.#templates.length > templatesMax) this.#templates.pop();
  }

  clear(): void {
    this.#templates.length = 0;
  }
}
