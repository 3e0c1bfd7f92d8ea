import { hashOf } from "../../values/hash.ts";
import type { MapCheck } from "../../values/slot-check.ts";
import type { PieceReader } from "../piece-reader.ts";
import type { Table } from "../tables.ts";
import { MapShape } from "./slot.ts";
import type { SlotBudget } from "./slot-budget.ts";

interface Shared {
  readonly keyNames: readonly string[];
  readonly shape: MapShape;
}

/**
 * The shapes of tables' records. Tables with equal keys and columns share one, so that a thousand of them fit
 * the processor's cache.
 */
export class RecordShapes {
  readonly #reader: PieceReader;
  readonly #budget: SlotBudget;
  readonly #byColumns = new Map<number, Shared>();

  constructor(reader: PieceReader, budget: SlotBudget) {
    this.#reader = reader;
    this.#budget = budget;
  }

  /** Returns the shape of a table's records, the first of which the scan has just read. */
  of({ keyNames }: Table, check: MapCheck | undefined): MapShape {
    // A check belongs to one schema.
    if (check !== undefined) return new MapShape(this.#budget, check, keyNames.length);
    const columns = this.#hashOfColumns();
    const known = this.#byColumns.get(columns);
    if (known !== undefined && isSameList(known.keyNames, keyNames)) return known.shape;
    const shape = new MapShape(this.#budget, undefined, keyNames.length);
    this.#byColumns.set(columns, { keyNames, shape });
    return shape;
  }

  /** Returns a number that differs for most columns. Others share a shape, too, but are read more slowly. */
  #hashOfColumns(): number {
    const { bytes, recordMembers: members, envelope } = this.#reader;
    // In transit, compact and verbose maps differ.
    let hash = bytes[envelope.record.textStart]!;
    for (let n = 0; n < members.count; n++)
      hash = (Math.imul(hash, 31) + hashOf(bytes, members.nameStart(n), members.nameEnd(n))) | 0;
    return hash;
  }
}

const isSameList = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((each, n) => each === other[n]);
