import type { PieceReader } from "../piece-reader.ts";
import type { Table } from "../tables.ts";
import { LineTemplate } from "./template.ts";

/** Lines of several streams, or of records with and without some fields, may come in turns. */
const templatesMax = 4;
/** A template is made at the price of reading a line once more: lines that are never alike don't pay it for ever. */
const trustMax = 16;
/** So many lines later they are tried once more. */
const restLines = 64;
/** How many templates they then have to be alike. */
const trialTrust = 2;

/** The templates of a body's latest lines, the one that fitted last at first. It changes the speed and nothing else. */
export class LineTemplates {
  readonly #templates: LineTemplate[] = [];
  readonly #lineBytesMax: number;
  #trust = trustMax;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** The table of the record at `start`, read if its line is like one before; else undefined. */
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

  /** The record at `start` has been read whole: lines to come may be like it. */
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
