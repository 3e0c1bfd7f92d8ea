import type { Contents } from "../persister/body/contents.ts";
import { type Fault, PersisterError } from "../persister/errors.ts";
import { faultsCountedMax, faultsNamedMax } from "../persister/limits.ts";
import type { Table } from "../stitchstream/tables.ts";
import { holdsEscape } from "../values/bytes.ts";
import type { JsonObject } from "../values/json-object.ts";
import { Kind, type Visitor } from "../values/visitor.ts";
import { declaredTypes } from "./declared-type.ts";
import { Fields } from "./fields.ts";
import { isExactInstant } from "./instant-text.ts";
import { RecordScanner } from "./record-scanner.ts";
import { isNumeric, mayHoldTextFaults, textFault } from "./storable.ts";
import { SurveyedValues } from "./surveyed-values.ts";
import { bitOf, type ColumnType, typeOfScalar } from "./types.ts";

/** A field of a table's records. */
export class Field {
  readonly name: string;
  /** By the table's schema; undefined if that does not say. */
  readonly declared: ColumnType | undefined;
  /** The types that its values have by themselves, a bit each. */
  seen = 0;
  /** The last one of them. */
  lastSeen: ColumnType | undefined;
  /** The first record with a value. */
  firstRecord: number | undefined;

  constructor(name: string, declared: ColumnType | undefined) {
    this.name = name;
    this.declared = declared;
  }
}

/** A table of a delivery, and the fields that its rows need. */
export interface SurveyedTable {
  readonly table: Table;
  readonly fields: Fields<Field>;
  /** The line of its first record or activation. */
  readonly line: number;
  readonly hasRecords: boolean;
}

const utf8 = new TextDecoder();

/** The tables and values of a delivery. */
export interface Survey {
  readonly tables: ReadonlyMap<number, SurveyedTable>;
  readonly values: SurveyedValues;
}

/**
 * Reads all records of a delivery, before the first is written, for the types of their values. Throws
 * `invalid-records`, with lines and fields, for what no column can hold.
 */
export function survey(contents: Contents): Survey {
  const reader = new Surveyor(contents);
  for (let record = 0; record < contents.records; record++) {
    reader.read(record);
    reader.values.end(record);
  }
  for (const { table, line } of contents.activations) reader.add(table, line, false);
  reader.throwFaults();
  return reader;
}

class Surveyor implements Visitor {
  readonly tables = new Map<number, SurveyedTable>();
  readonly values: SurveyedValues;
  readonly #contents: Contents;
  readonly #checksTexts: boolean;
  readonly #faults: Fault[] = [];
  #faultCount = 0;
  #record = 0;
  #current: SurveyedTable | undefined;
  /** Reads the current table's records; undefined for transit. */
  #scanner: RecordScanner<Field> | undefined;
  readonly #scanners = new Map<number, RecordScanner<Field>>();
  #field: Field | undefined;
  #depth = 0;

  constructor(contents: Contents) {
    this.#contents = contents;
    this.values = new SurveyedValues(contents.records);
    this.#checksTexts = mayHoldTextFaults(contents.bytes);
  }

  read(record: number): void {
    if (this.#faultCount >= faultsCountedMax) return;
    const table = this.#contents.recordTable(record);
    if (this.#current?.table !== table) this.#turnTo(table, record);
    this.#record = record;
    if (this.#scanner !== undefined && this.#scan(this.#scanner)) return;
    this.#depth = 0;
    this.#current!.fields.restart();
    this.#contents.readField(record, "record", this);
  }

  #turnTo(table: Table, record: number): void {
    const current = this.tables.get(table.id) ?? this.add(table, this.#contents.recordLine(record), true);
    this.#current = current;
    if (this.#contents.header.encoding !== "json") return;
    this.#scanner = this.#scanners.get(table.id) ?? new RecordScanner(this.#contents.memory, current.fields);
    this.#scanners.set(table.id, this.#scanner);
  }

  /** Surveys the record, if its values need no closer look. */
  #scan(scanner: RecordScanner<Field>): boolean {
    const { bytes } = this.#contents;
    const [start, end] = [this.#contents.recordStart(this.#record), this.#contents.recordEnd(this.#record)];
    if (this.#checksTexts && holdsEscape(bytes, start, end)) return false;
    scanner.scan(start, newField);
    if (scanner.isOdd) return false;
    this.values.keep(scanner);
    for (let n = 0; n < scanner.count; n++) {
      this.#field = scanner.fieldOf(n);
      this.#surveyValue(scanner.kindOf(n), scanner.startOf(n), scanner.endOf(n));
    }
    return true;
  }

  #surveyValue(kind: Kind, start: number, end: number): void {
    const { bytes } = this.#contents;
    if (kind === Kind.null) return;
    if (kind >= Kind.map) this.#see("jsonb");
    else if (isNumber(kind) && !isNumeric(bytes, start, end)) this.#check(beyondNumeric, "");
    else this.#note(typeOfScalar(kind, bytes, start, end), bytes, start, end);
  }

  add(table: Table, line: number, hasRecords: boolean): SurveyedTable {
    const known = this.tables.get(table.id);
    if (known !== undefined) return known;
    const fields = new Fields<Field>();
    const schema = table.schema && (JSON.parse(utf8.decode(table.schema.text)) as JsonObject);
    for (const [name, type] of schema === undefined ? [] : declaredTypes(schema))
      fields.add(name, new Field(name, type));
    const added = { table, fields, line, hasRecords };
    this.tables.set(table.id, added);
    return added;
  }

  throwFaults(): void {
    const [first] = this.#faults;
    if (first === undefined) return;
    const where = `line ${first.line}, field ${JSON.stringify(first.field)}`;
    throw new PersisterError("invalid-records", `Nothing was written: ${where}: ${first.message}.`, {
      faults: this.#faults,
      faultsTotal: this.#faultCount,
    });
  }

  key(_kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth === 1) this.#field = this.#current!.fields.of(bytes, start, end, newField);
    if (this.#checksTexts) this.#check(textFault(bytes, start, end), "a name with ");
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (kind === Kind.null) return;
    if (isNumber(kind) && !isNumeric(bytes, start, end)) this.#check(beyondNumeric, "");
    if (this.#checksTexts && kind >= Kind.text) this.#check(textFault(bytes, start, end), "a text with ");
    if (this.#depth === 1) this.#note(typeOfScalar(kind, bytes, start, end), bytes, start, end);
  }

  instant(): void {
    if (this.#depth === 1) this.#see("timestamptz");
  }

  open(): void {
    if (this.#depth++ === 1) this.#see("jsonb");
  }

  close(): void {
    this.#depth--;
  }

  #note(type: ColumnType, bytes: Uint8Array, start: number, end: number): void {
    const isInstant = type === "text" && this.#field!.declared === "timestamptz";
    this.#see(isInstant && isExactInstant(bytes, start, end) ? "timestamptz" : type);
  }

  #see(type: ColumnType): void {
    const field = this.#field!;
    if (type === field.lastSeen) return;
    field.lastSeen = type;
    field.seen |= bitOf(type);
    field.firstRecord ??= this.#record;
  }

  #check(fault: string | undefined, what: string): void {
    if (fault === undefined) return;
    this.#faultCount++;
    if (this.#faults.length >= faultsNamedMax) return;
    const line = this.#contents.recordLine(this.#record);
    const { stream } = this.#current!.table;
    this.#faults.push({ line, stream, field: this.#field!.name, message: `${what}${fault}` });
  }
}

const isNumber = (kind: Kind) => kind > Kind.boolean && kind <= Kind.decimal;
const newField = (name: string) => new Field(name, undefined);
const beyondNumeric =
  "a number beyond numeric, which has 131072 digits before the point and 16383 after it: send it as a text";
