import { Kind } from "../values/visitor.ts";
import { type Cell, form } from "./cell.ts";
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

  placeScalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const cell = this.#only ?? this.#cells.get(this.#typeOf(kind, bytes, start, end))!;
    cell.place(kind >= Kind.text ? form.text : form.plain, bytes, start, end);
  }

  /** Places an instant, as PostgreSQL reads it. */
  placeInstant(text: Uint8Array): void {
    this.#cells.get("timestamptz")!.place(form.plain, text, 0, text.length);
  }

  /** Places a map or a list. */
  placeJson(bytes: Uint8Array, start: number, end: number): void {
    this.#cells.get("jsonb")!.place(form.json, bytes, start, end);
  }

  #typeOf(kind: Kind, bytes: Uint8Array, start: number, end: number): ColumnType {
    const type = typeOfScalar(kind, bytes, start, end);
    const isInstant = type === "text" && this.#hasInstants && isExactInstant(bytes, start, end);
    return isInstant ? "timestamptz" : type;
  }
}
