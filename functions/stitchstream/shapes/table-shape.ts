import { isSame } from "../../values/bytes.ts";
import type { Table } from "../tables.ts";
import type { Columns } from "./name.ts";
import type { MapShape } from "./slot.ts";
import { Trust } from "./trust.ts";

/** The shape of a table's records, and how well it has matched. */
export class TableShape implements Columns {
  readonly record: MapShape;
  /** A miss costs a second reading of the record. */
  readonly trust = new Trust();
  readonly #keyNames: readonly string[];
  readonly #keys: readonly Uint8Array[];
  readonly #isReserved: (name: string) => boolean;

  constructor({ keyNames, keyNameBytes }: Table, record: MapShape, isReserved: (name: string) => boolean) {
    this.record = record;
    this.#keyNames = keyNames;
    this.#keys = keyNameBytes;
    this.#isReserved = isReserved;
  }

  isKey(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#keys.some(key => isSame(bytes, start, end, key));
  }

  isKeyText(name: string): boolean {
    return this.#keyNames.includes(name);
  }

  canHave(name: string): boolean {
    return !name.includes("\0") && !(name.startsWith("_") && this.#isReserved(name));
  }
}
