import type { Contents } from "../persister/body/contents.ts";
import { type Fault, PersisterError } from "../persister/errors.ts";
import { faultsCountedMax, faultsNamedMax } from "../persister/limits.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { JsonObject } from "../values/json-object.ts";
import { Kind, type Visitor } from "../values/visitor.ts";
import { declaredTypes } from "./declared-type.ts";
import { Fields } from "./fields.ts";
import { isExactInstant } from "./instant-text.ts";
import { RecordScanner } from "./record-scanner.ts";
import { kindIn, positionIn, valueWidth } from "./scanned-values.ts";
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
    reader.values.end(record, reader.read(record));
  }
  for (const { table, line } of contents.activations) reader.add(table, line, false);
  reader.throwFaults();
  return reader;
}

class Surveyor implements Visitor {
  readonly tables = new Map<number, SurveyedTable>();
  readonly values: SurveyedValues;
  readonly #contents: Contents;
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
  }

  /** Returns whether the record's values can be copied from their places. */
  read(record: number): boolean {
    if (this.#faultCount >= faultsCountedMax) return false;
    const table = this.#contents.recordTable(record);
    if (this.#current?.table !== table) this.#turnTo(table, record);
    this.#record = record;
    if (this.#scanner !== undefined && this.#scan(this.#scanner)) return !this.#scanner.hasBlanks;
    this.#depth = 0;
    this.#current!.fields.restart();
    this.#contents.readField(record, "record", this);
    return false;
  }

  #turnTo(table: Table, record: number): void {
    const current = this.tables.get(table.id) ?? this.add(table, this.#contents.recordLine(record), true);
    this.#current = current;
    if (this.#contents.header.encoding !== "json") return;
    const { memory } = this.#contents;
    this.#scanner =
      this.#scanners.get(table.id) ?? new RecordScanner(memory, current.fields, this.values.places);
    this.#scanners.set(table.id, this.#scanner);
  }

  /** Surveys the record, if its values need no closer look. */
  #scan(scanner: RecordScanner<Field>): boolean {
    const { places } = this.values;
    const first = places.count;
    scanner.scan(this.#contents.recordStart(this.#record), newField);
    if (scanner.isOdd || (scanner.hasEscapes && this.#mayHoldTextFaults)) return false;
    const { fields } = this.#current!;
    const { ints } = places;
    const end = valueWidth * places.count;
    for (let at = valueWidth * first; at < end; at += valueWidth) {
      const facts = ints[at + 2]!;
      this.#field = fields.at(positionIn(facts));
      this.#surveyValue(kindIn(facts), ints[at]!, ints[at + 1]!);
    }
    return true;
  }

  /** Computed once, as few bodies have escapes. */
  get #mayHoldTextFaults(): boolean {
    this.#isSuspect ??= mayHoldTextFaults(this.#contents.bytes);
    return this.#isSuspect;
  }
  #isSuspect: boolean | undefined;

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
    if (this.#mayHoldTextFaults) this.#check(textFault(bytes, start, end), "a name with ");
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (kind === Kind.null) return;
    if (isNumber(kind) && !isNumeric(bytes, start, end)) this.#check(beyondNumeric, "");
    if (kind >= Kind.text && this.#mayHoldTextFaults)
      this.#check(textFault(bytes, start, end), "a text with ");
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
