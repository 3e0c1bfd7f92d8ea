import { Kind } from "../values/visitor.ts";
import type { Cell } from "./cell.ts";
import { isExactInstant } from "./instant-text.ts";
import type { Route } from "./place-fields.ts";
import type { Column } from "./stored-table.ts";
import { type ColumnType, typeOfScalar } from "./types.ts";

/** Where a field's values go in a row. */
export class CellRoute {
  readonly #cells: ReadonlyMap<ColumnType, Cell>;
  /** The cell of all its values, if there is only one: their types don't matter then. */
  readonly #only: Cell | undefined;
  readonly #hasInstants: boolean;

  constructor({ columns, hasInstants }: Route, cellOf: (column: Column) => Cell) {
    this.#cells = new Map([...columns].map(([type, column]) => [type, cellOf(column)]));
    const cells = new Set(this.#cells.values());
    this.#only = cells.size === 1 ? [...cells][0] : undefined;
    this.#hasInstants = hasInstants;
  }

  /** Returns the cell of a value with this text; of a map or a list, its kind is enough. */
  cellOf(kind: Kind, bytes: Uint8Array, start: number, end: number): Cell {
    return this.#only ?? this.#cells.get(this.#typeOf(kind, bytes, start, end))!;
  }

  get cellOfInstants(): Cell {
    return this.#cells.get("timestamptz")!;
  }

  #typeOf(kind: Kind, bytes: Uint8Array, start: number, end: number): ColumnType {
    if (kind >= Kind.map) return "jsonb";
    const type = typeOfScalar(kind, bytes, start, end);
    const isInstant = type === "text" && this.#hasInstants && isExactInstant(bytes, start, end);
    return isInstant ? "timestamptz" : type;
  }
}
