import type { Contents } from "../persister/body/contents.ts";
import { ByteWriter } from "../values/byte-writer.ts";
import { JsonWriter } from "../values/json-writer.ts";
import { memoryOf } from "../values/memory.ts";
import { Kind, type Visitor } from "../values/visitor.ts";
import { Cell } from "./cell.ts";
import { CellRoute } from "./cell-route.ts";
import { Fields } from "./fields.ts";
import type { Routes } from "./place-fields.ts";
import { RecordScanner } from "./record-scanner.ts";
import { RowHead, type RowHeadFacts } from "./row-head.ts";
import { isEscapedIn, kindIn, positionIn, ScannedValues, valueWidth } from "./scanned-values.ts";
import { type Column, sentType } from "./stored-table.ts";
import type { SurveyedValues } from "./surveyed-values.ts";

/** Writes a table's records as rows of COPY's binary format: postgresql.org/docs/current/sql-copy.html */
export class RowWriter implements Visitor {
  readonly columns: readonly Column[];
  readonly #contents: Contents;
  readonly #cells: readonly Cell[];
  readonly #routes = new Fields<CellRoute>();
  readonly #values: SurveyedValues;
  /** The values of one record that the survey has not kept. */
  readonly #scanned = new ScannedValues();
  readonly #head: RowHead;
  /** A map or a list, as JSON. */
  #json = new JsonValue();
  #route: CellRoute | undefined;
  #depth = 0;
  /** Reads a JSON body; undefined for transit. */
  readonly #scanner: RecordScanner<CellRoute> | undefined;
  /** Whether maps and lists may go to a column that keeps their blanks. */
  #keepsBlanks = false;

  /** `routes` must have the surveyed fields in their order. */
  constructor(contents: Contents, routes: Routes, values: SurveyedValues, head: RowHeadFacts) {
    this.#values = values;
    this.#contents = contents;
    this.columns = [...new Set([...routes.values()].flatMap(({ columns }) => [...columns.values()]))];
    this.#cells = this.columns.map(each => new Cell(sentType(each)));
    const cellOf = (column: Column) => this.#cells[this.columns.indexOf(column)]!;
    for (const [name, route] of routes) {
      this.#routes.add(name, new CellRoute(route, cellOf));
      this.#keepsBlanks ||= (route.columns.get("jsonb")?.type ?? "jsonb") !== "jsonb";
    }
    const isJson = contents.header.encoding === "json";
    this.#scanner = isJson ? new RecordScanner(contents.memory, this.#routes, this.#scanned) : undefined;
    this.#head = new RowHead(this.#cells.length, head);
  }

  /** Appends a record's row to `out`. Records must come in ascending order. */
  write(record: number, out: ByteWriter): void {
    for (const cell of this.#cells) cell.isNull = true;
    if (!this.#place(record) && (this.#scanner === undefined || !this.#scan(this.#scanner, record)))
      this.#read(record);
    this.#head.write(record, out);
    for (const cell of this.#cells) cell.write(out);
  }

  #read(record: number): void {
    this.#depth = 0;
    this.#routes.restart();
    this.#contents.readField(record, "record", this);
  }

  /** Fills the cells with the values that the survey has kept. Returns false if there are none. */
  #place(record: number): boolean {
    const [first, next] = [this.#values.firstOf(record), this.#values.firstOf(record + 1)];
    this.#fill(this.#values.places, first, next);
    return next > first;
  }

  /** Fills the cells, if the record's own text can be copied. */
  #scan(scanner: RecordScanner<CellRoute>, record: number): boolean {
    const scanned = this.#scanned;
    scanned.clear();
    scanner.scan(this.#contents.recordStart(record), unsurveyed);
    if (scanner.isOdd || (scanner.hasBlanks && this.#keepsBlanks)) return false;
    this.#fill(scanned, 0, scanned.count);
    return true;
  }

  #fill({ ints }: ScannedValues, first: number, end: number): void {
    const { memory } = this.#contents;
    const routes = this.#routes;
    for (let at = valueWidth * first; at < valueWidth * end; at += valueWidth) {
      const facts = ints[at + 2]!;
      const kind = kindIn(facts);
      if (kind === Kind.null) continue;
      const from = ints[at]!;
      const to = ints[at + 1]!;
      const cell = routes.at(positionIn(facts)).cellOf(kind, memory.bytes, from, to);
      if (isEscapedIn(facts) && kind < Kind.map) cell.placeEscaped(memory, from, to);
      else cell.place(memory, from, to);
    }
  }

  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth > 1) this.#json.writer.key(kind, bytes, start, end);
    else this.#route = this.#routes.of(bytes, start, end, unsurveyed);
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth > 1) return this.#json.writer.scalar(kind, bytes, start, end);
    if (kind === Kind.null) return;
    const cell = this.#route!.cellOf(kind, bytes, start, end);
    const { memory } = this.#contents;
    cell.placeEscaped(bytes === memory.bytes ? memory : memoryOf(bytes), start, end);
  }

  instant(milliseconds: number): void {
    if (this.#depth > 1) return this.#json.writer.instant(milliseconds);
    this.#route!.cellOfInstants.placeText(new Date(milliseconds).toISOString());
  }

  open(kind: Kind): void {
    if (this.#depth++ === 1) this.#json = new JsonValue();
    if (this.#depth > 1) this.#json.writer.open(kind);
  }

  close(kind: Kind): void {
    if (this.#depth > 1) this.#json.writer.close(kind);
    if (this.#depth-- !== 2) return;
    const json = this.#json.out.view();
    this.#route!.cellOf(kind, json, 0, json.length).place(memoryOf(json), 0, json.length);
  }
}

class JsonValue {
  readonly out = new ByteWriter();
  readonly writer = new JsonWriter(this.out);
}

const unsurveyed = (name: string): CellRoute => {
  throw new Error(`The field ${JSON.stringify(name)} was not there in the first reading.`);
};
