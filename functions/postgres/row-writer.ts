import type { Contents } from "../persister/body/contents.ts";
import { ByteWriter } from "../values/byte-writer.ts";
import { newline, tab } from "../values/bytes.ts";
import { JsonWriter } from "../values/json-writer.ts";
import { SequencedText } from "../values/sequenced-text.ts";
import { Kind, type Visitor } from "../values/visitor.ts";
import { Cell, form } from "./cell.ts";
import { Fields } from "./fields.ts";
import { isExactInstant } from "./instant-text.ts";
import type { Route, Routes } from "./place-fields.ts";
import type { Column } from "./stored-table.ts";
import { type ColumnType, typeOfScalar } from "./types.ts";

/** Where a field's values go in a row. */
interface CellRoute {
  readonly cells: ReadonlyMap<ColumnType, Cell>;
  readonly hasInstants: boolean;
}

const ascii = new TextEncoder();

/** Writes a table's records as rows of COPY's text format: postgresql.org/docs/current/sql-copy.html */
export class RowWriter implements Visitor {
  readonly columns: readonly Column[];
  readonly #contents: Contents;
  readonly #cells: readonly Cell[];
  readonly #routes = new Fields<CellRoute>();
  readonly #head: SequencedText;
  /** A map or a list, as JSON. */
  #json = new JsonValue();
  #route: CellRoute | undefined;
  #depth = 0;

  /** A row begins with its sequence and `constants`, each a column's text. */
  constructor(contents: Contents, routes: Routes, firstSequence: bigint, constants: readonly string[]) {
    this.#contents = contents;
    this.columns = [...new Set([...routes.values()].flatMap(({ columns }) => [...columns.values()]))];
    this.#cells = this.columns.map(() => new Cell());
    for (const [name, route] of routes) this.#routes.add(name, this.#cellsOf(route));
    this.#head = new SequencedText("", firstSequence, constants.map(each => `\t${each}`).join(""));
  }

  #cellsOf({ columns, hasInstants }: Route): CellRoute {
    const cellOf = (column: Column) => this.#cells[this.columns.indexOf(column)]!;
    return { cells: new Map([...columns].map(([type, column]) => [type, cellOf(column)])), hasInstants };
  }

  /** Appends a record's row to `out`. Records must come in ascending order. */
  write(record: number, out: ByteWriter): void {
    for (const cell of this.#cells) cell.form = form.absent;
    this.#depth = 0;
    this.#routes.restart();
    this.#contents.readField(record, "record", this);
    out.allText(this.#head.of(record));
    for (const cell of this.#cells) {
      out.byte(tab);
      cell.write(out, this.#contents.memory);
    }
    out.byte(newline);
  }

  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth > 1) this.#json.writer.key(kind, bytes, start, end);
    else this.#route = this.#routes.of(bytes, start, end, unsurveyed);
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth > 1) return this.#json.writer.scalar(kind, bytes, start, end);
    if (kind === Kind.null) return;
    const type = typeOfScalar(kind, bytes, start, end);
    const isInstant = type === "text" && this.#route!.hasInstants && isExactInstant(bytes, start, end);
    const cell = this.#cell(isInstant ? "timestamptz" : type);
    cell.form = kind >= Kind.text ? form.text : form.plain;
    cell.bytes = bytes;
    cell.start = start;
    cell.end = end;
  }

  instant(milliseconds: number): void {
    if (this.#depth > 1) return this.#json.writer.instant(milliseconds);
    this.#cell("timestamptz").set(form.plain, ascii.encode(new Date(milliseconds).toISOString()));
  }

  open(kind: Kind): void {
    if (this.#depth++ === 1) this.#json = new JsonValue();
    if (this.#depth > 1) this.#json.writer.open(kind);
  }

  close(kind: Kind): void {
    if (this.#depth > 1) this.#json.writer.close(kind);
    if (this.#depth-- === 2) this.#cell("jsonb").set(form.json, this.#json.out.view());
  }

  #cell(type: ColumnType): Cell {
    return this.#route!.cells.get(type)!;
  }
}

class JsonValue {
  readonly out = new ByteWriter();
  readonly writer = new JsonWriter(this.out);
}

const unsurveyed = (name: string): CellRoute => {
  throw new Error(`The field ${JSON.stringify(name)} was not there in the first reading.`);
};
