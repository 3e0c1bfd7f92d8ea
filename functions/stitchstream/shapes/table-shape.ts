import { isSame } from "../../values/bytes.ts";
import type { Table } from "../tables.ts";
import type { Columns, MapShape } from "./slot.ts";

/** A miss costs a second reading of the line. After this many more misses than hits, the shape rests. */
const trustMax = 16;
const restLines = 64;
const trialTrust = 2;

/** The shape of a table's records, and how well it has matched. */
export class TableShape implements Columns {
  readonly record: MapShape;
  readonly #keyNames: readonly string[];
  readonly #keys: readonly Uint8Array[];
  readonly #isReserved: (name: string) => boolean;
  #trust = trustMax;

  constructor({ keyNames, keyNameBytes }: Table, record: MapShape, isReserved: (name: string) => boolean) {
    this.record = record;
    this.#keyNames = keyNames;
    this.#keys = keyNameBytes;
    this.#isReserved = isReserved;
  }

  keyOf(bytes: Uint8Array, start: number, end: number): number {
    return this.#keys.findIndex(key => isSame(bytes, start, end, key));
  }

  keyOfText(name: string): number {
    return this.#keyNames.indexOf(name);
  }

  canHave(name: string): boolean {
    return !name.includes("\0") && !(name.startsWith("_") && this.#isReserved(name));
  }

  /** Returns whether to read the next line by this shape. Counts the lines for which it rests. */
  isTrusted(): boolean {
    if (this.#trust > 0) return true;
    if (--this.#trust > -restLines) return false;
    this.#trust = trialTrust;
    return true;
  }

  hit(): void {
    if (this.#trust < trustMax) this.#trust++;
  }

  miss(): void {
    this.#trust--;
  }
}
