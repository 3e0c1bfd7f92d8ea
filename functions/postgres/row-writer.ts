import type { Contents } from "../persister/body/contents.ts";
import { ByteWriter } from "../values/byte-writer.ts";
import { newline, tab } from "../values/bytes.ts";
import { JsonWriter } from "../values/json-writer.ts";
import { copyText } from "../values/memory.ts";
import { SequencedText } from "../values/sequenced-text.ts";
import { Kind, type Visitor } from "../values/visitor.ts";
import { Cell, form } from "./cell.ts";
import { CellRoute } from "./cell-route.ts";
import { Fields } from "./fields.ts";
import type { Routes } from "./place-fields.ts";
import { RecordScanner } from "./record-scanner.ts";
import type { Column } from "./stored-table.ts";
import type { SurveyedValues } from "./surveyed-values.ts";

const ascii = new TextEncoder();

/** A row begins with its sequence and `constants`, each a column's text. */
interface RowHead {
  readonly firstSequence: bigint;
  readonly constants: readonly string[];
}

/** Writes a table's records as rows of COPY's text format: postgresql.org/docs/current/sql-copy.html */
export class RowWriter implements Visitor {
  readonly columns: readonly Column[];
  readonly #contents: Contents;
  readonly #cells: readonly Cell[];
  readonly #routes = new Fields<CellRoute>();
  readonly #byPosition: CellRoute[] = [];
  readonly #values: SurveyedValues;
  readonly #head: SequencedText;
  /** A map or a list, as JSON. */
  #json = new JsonValue();
  #route: CellRoute | undefined;
  #depth = 0;
  /** Reads a JSON body; undefined for transit. */
  readonly #scanner: RecordScanner<CellRoute> | undefined;
  /** Whether maps and lists may go to a column that keeps their spaces. */
  #keepsSpaces = false;

  /** `routes` must have the surveyed fields in their order. */
  constructor(contents: Contents, routes: Routes, values: SurveyedValues, head: RowHead) {
    const { firstSequence, constants } = head;
    this.#values = values;
    this.#contents = contents;
    this.columns = [...new Set([...routes.values()].flatMap(({ columns }) => [...columns.values()]))];
    this.#cells = this.columns.map(() => new Cell());
    const cellOf = (column: Column) => this.#cells[this.columns.indexOf(column)]!;
    for (const [name, route] of routes) {
      this.#byPosition.push(this.#routes.add(name, new CellRoute(route, cellOf)));
      this.#keepsSpaces ||= (route.columns.get("jsonb")?.type ?? "jsonb") !== "jsonb";
    }
    const isJson = contents.header.encoding === "json";
    this.#scanner = isJson ? new RecordScanner(contents.memory, this.#routes) : undefined;
    this.#head = new SequencedText("", firstSequence, constants.map(each => `\t${each}`).join(""));
  }

  /** Appends a record's row to `out`. Records must come in ascending order. */
  write(record: number, out: ByteWriter): void {
    for (const cell of this.#cells) cell.form = form.absent;
    if (!this.#place(record) && (this.#scanner === undefined || !this.#scan(this.#scanner, record)))
      this.#read(record);
    out.allText(this.#head.of(record));
    // Each byte of a record takes at most two in a row, and each column a tab and perhaps `\N`.
    const bytes = this.#contents.recordEnd(record) - this.#contents.recordStart(record);
    this.#writeCells(out, 2 * bytes + 3 * this.#cells.length);
    out.byte(newline);
  }

  #writeCells(out: ByteWriter, room: number): void {
    const { memory } = this.#contents;
    let target = out.reserve(room);
    for (const cell of this.#cells) {
      target.bytes[out.length++] = tab;
      if (cell.form === form.plain && cell.bytes === memory.bytes)
        out.length = copyText(memory, cell.start, cell.end, target, out.length);
      else {
        cell.write(out);
        target = out.reserve(room);
      }
    }
  }

  #read(record: number): void {
    this.#depth = 0;
    this.#routes.restart();
    this.#contents.readField(record, "record", this);
  }

  /** Fills the cells with the values that the survey has kept, if there are any. */
  #place(record: number): boolean {
    const { bytes } = this.#contents;
    const values = this.#values;
    const first = values.firstOf(record);
    const next = values.firstOf(record + 1);
    for (let n = first; n < next; n++) {
      const kind = values.kindOf(n);
      const start = values.startOf(n);
      const end = values.endOf(n);
      const cell = this.#byPosition[values.positionOf(n)]!.cellOf(kind, bytes, start, end);
      cell.place(formOf(kind, values.isEscaped(n)), bytes, start, end);
    }
    return next > first;
  }

  /** Fills the cells, if the record's own text can be copied. */
  #scan(scanner: RecordScanner<CellRoute>, record: number): boolean {
    scanner.scan(this.#contents.recordStart(record), unsurveyed);
    if (scanner.isOdd || (scanner.hasSpaces && this.#keepsSpaces)) return false;
    const { bytes } = this.#contents;
    for (let n = 0; n < scanner.count; n++) {
      const kind = scanner.kindOf(n);
      if (kind === Kind.null) continue;
      const start = scanner.startOf(n);
      const end = scanner.endOf(n);
      const cell = scanner.fieldOf(n).cellOf(kind, bytes, start, end);
      cell.place(formOf(kind, scanner.isEscaped(n)), bytes, start, end);
    }
    return true;
  }

  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth > 1) this.#json.writer.key(kind, bytes, start, end);
    else this.#route = this.#routes.of(bytes, start, end, unsurveyed);
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth > 1) return this.#json.writer.scalar(kind, bytes, start, end);
    if (kind === Kind.null) return;
    const cell = this.#route!.cellOf(kind, bytes, start, end);
    cell.place(kind >= Kind.text ? form.text : form.plain, bytes, start, end);
  }

  instant(milliseconds: number): void {
    if (this.#depth > 1) return this.#json.writer.instant(milliseconds);
    const text = ascii.encode(new Date(milliseconds).toISOString());
    this.#route!.cellOfInstants.place(form.plain, text, 0, text.length);
  }

  open(kind: Kind): void {
    if (this.#depth++ === 1) this.#json = new JsonValue();
    if (this.#depth > 1) this.#json.writer.open(kind);
  }

  close(kind: Kind): void {
    if (this.#depth > 1) this.#json.writer.close(kind);
    if (this.#depth-- !== 2) return;
    const json = this.#json.out.view();
    this.#route!.cellOf(kind, json, 0, json.length).place(form.json, json, 0, json.length);
  }
}

const formOf = (kind: Kind, isEscaped: boolean) =>
  isEscaped ? (kind >= Kind.map ? form.json : form.text) : form.plain;

class JsonValue {
  readonly out = new ByteWriter();
  readonly writer = new JsonWriter(this.out);
}

const unsurveyed = (name: string): CellRoute => {
  throw new Error(`The field ${JSON.stringify(name)} was not there in the first reading.`);
};
