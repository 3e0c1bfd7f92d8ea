import { isSameText } from "../../values/memory.ts";
import { Malformed } from "../../values/scanner.ts";
import type { MapCheck } from "../../values/slot-check.ts";
import { Kind } from "../../values/visitor.ts";
import type { JsonReader } from "../json/reader.ts";
import type { PieceReader } from "../piece-reader.ts";
import type { Table } from "../tables.ts";
import { isTimeOrNone } from "../time-extracted.ts";
import { TransitReader } from "../transit/reader.ts";
import type { ValueLimits } from "../value-limits.ts";
import { type Envelope, Envelopes, type Gap } from "./envelopes.ts";
import { envelopeOf, readUncached } from "./gaps.ts";
import { JsonRecords } from "./json-record.ts";
import { miss } from "./miss.ts";
import { OpenEnvelopes } from "./open-envelopes.ts";
import { RecordShapes } from "./record-shapes.ts";
import type { RecordReader } from "./records.ts";
import { SlotBudget } from "./slot-budget.ts";
import { TableShape } from "./table-shape.ts";
import { TransitRecords } from "./transit-record.ts";

export interface ShapeLimits extends ValueLimits {
  readonly lineBytesMax: number;
  readonly keyCharsMax: number;
  isReserved(name: string): boolean;
}

/**
 * Reads records by the shapes of earlier records of their tables. This changes the speed and nothing else:
 * any line that it does not expect is left to the scan.
 */
export class LineShapes {
  readonly #reader: PieceReader;
  /** The reader, if the body is transit. */
  readonly #transit: TransitReader | undefined;
  readonly #records: RecordReader;
  readonly #limits: ShapeLimits;
  readonly #checkOf: (table: Table) => MapCheck | undefined;
  readonly #envelopes: Envelopes;
  readonly #recordShapes: RecordShapes;
  readonly #open: OpenEnvelopes;
  readonly #shapes = new Map<string, TableShape>();
  /** The same by the table's id. */
  readonly #shapesById: TableShape[] = [];
  /** The growth of the record that was read last. */
  #growth = 0;
  /** The shape by which the record of the current line can't be read. */
  #missed: TableShape | undefined;

  /** `checkOf` returns the check of a table's records; undefined if they have none. */
  constructor(reader: PieceReader, limits: ShapeLimits, checkOf: (table: Table) => MapCheck | undefined) {
    this.#reader = reader;
    this.#limits = limits;
    this.#checkOf = checkOf;
    this.#envelopes = new Envelopes(reader.bytes, reader.view);
    const budget = new SlotBudget();
    this.#recordShapes = new RecordShapes(reader, budget);
    this.#transit = reader instanceof TransitReader ? reader : undefined;
    this.#records =
      this.#transit === undefined
        ? new JsonRecords(reader as JsonReader, budget, limits)
        : new TransitRecords(this.#transit, budget, limits);
    this.#open = new OpenEnvelopes(reader, (at, shape) => this.#readRecord(at, shape));
  }

  /**
   * Reads the record at `start` and returns its table; docs/internals.md lists the fields of the reader that
   * are then valid. Returns undefined if the scan must read the line, which may be invalid or not UTF-8.
   */
  read(start: number): Table | undefined {
    this.#missed = undefined;
    const envelope = this.#reader.isUtf8 ? this.#envelopes.find(start) : undefined;
    if (envelope === undefined) return undefined;
    this.#missed = envelope.shape;
    if (!envelope.shape.trust.allows()) return undefined;
    const { expansion } = this.#reader;
    try {
      const table = this.#readLine(start, envelope);
      if (table !== undefined) {
        envelope.shape.trust.hit();
        this.#envelopes.trust.hit();
        return table;
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
    this.#reader.expansion = expansion;
    if (this.#missed !== undefined) envelope.shape.trust.miss();
    return undefined;
  }

  /** Reads the line at `start`, which `read` has left, with the scan. */
  scan(start: number): void {
    this.#open.read(start, this.#missed);
  }

  /**
   * Returns whether `scan` has read the record of the line at `start` as a row of `table`: its keys and names
   * are then valid. Otherwise its members are known, if need be from another reading.
   */
  settle(table: Table, start: number): boolean {
    return this.#open.settle(start, this.#shapesById[table.id]);
  }

  #readLine(start: number, envelope: Envelope): Table | undefined {
    const reader = this.#reader;
    const { headLength, tailStart, tailLength } = envelope;
    reader.beginPieces(start);
    reader.envelope.time_extracted.present = false;
    if (this.#transit !== undefined) {
      this.#transit.cache.clear();
      this.#remember(this.#transit, start, envelope, 0);
    }
    const from = start + headLength;
    const end =
      tailLength === 0
        ? this.#readGap(from, envelope.gaps[0]!, envelope)
        : this.#readRecord(from, envelope.shape);
    if (end === miss) return undefined;
    if (tailLength > 0 && isSameText(reader.view, end, tailStart, tailLength))
      return this.#endLine(start, end + tailLength, envelope);
    return this.#readOn(start, end, envelope);
  }

  /** Reads on from the end of the first gap, which is at `end`. */
  #readOn(start: number, end: number, expected: Envelope): Table | undefined {
    const { view } = this.#reader;
    let known = expected;
    let at = end;
    for (let n = 0; ; ) {
      const text = known.texts[n + 1]!;
      if (!isSameText(view, at, text.start, text.length)) {
        const sibling = this.#envelopes.sibling(known, n, at);
        if (sibling === undefined) {
          // The record's shape is not to blame.
          this.#missed = undefined;
          return undefined;
        }
        known = sibling;
      }
      if (this.#transit !== undefined) this.#remember(this.#transit, at, known, n + 1);
      at += known.texts[n + 1]!.length;
      if (++n === known.gaps.length) return this.#endLine(start, at, known);
      at = this.#readGap(at, known.gaps[n]!, known);
      if (at === miss) return undefined;
    }
  }

  #endLine(start: number, end: number, { table }: Envelope): Table | undefined {
    if (end - start > this.#limits.lineBytesMax) return undefined;
    this.#reader.growth = this.#growth;
    this.#reader.position = end;
    return table;
  }

  /** Reads the value at `at`. Returns its end, or `miss`. */
  #readGap(at: number, gap: Gap, { shape }: Envelope): number {
    if (gap === "record") return this.#readRecord(at, shape);
    return gap === "time" ? this.#readTime(at) : this.#readOther(at);
  }

  #readRecord(start: number, shape: TableShape): number {
    const reader = this.#reader;
    const { record } = reader.envelope;
    reader.growth = 0;
    const end = this.#records.read(start, shape.record, shape);
    if (end === miss || this.#records.dataPoints + reader.pieces > this.#limits.dataPointsMax) return miss;
    record.textStart = start;
    record.textEnd = end;
    this.#growth = reader.growth;
    reader.hasValidKeys = true;
    reader.conforms = shape.record.check !== undefined && this.#records.conforms;
    return end;
  }

  #readTime(at: number): number {
    const reader = this.#reader;
    const { time_extracted: time } = reader.envelope;
    time.kind = reader.readPiece(at);
    if (time.kind === Kind.absent) return miss;
    time.present = true;
    time.textStart = at;
    time.textEnd = reader.position;
    time.contentStart = reader.pieceStart;
    time.contentEnd = reader.pieceEnd;
    return isTimeOrNone(reader.bytes, time) ? reader.position : miss;
  }

  /** Reads the value of a member that the format does not define. */
  #readOther(at: number): number {
    if (this.#transit !== undefined) return readUncached(this.#transit, at);
    this.#reader.readWhole(at);
    return this.#reader.position;
  }

  /** Adds the strings of the text at index `n`, which is at `start`, to transit's cache. */
  #remember({ cache }: TransitReader, start: number, { cached }: Envelope, n: number): void {
    for (let i = 0; i < cached.length; i += 3)
      if (cached[i] === n) cache.remember(start + cached[i + 1]!, start + cached[i + 2]!);
  }

  /**
   * Checks a table's first record, just scanned, while its shape learns it: this takes no longer than the
   * evaluator. A record's own schema is not compiled yet, and transit's codes need their line.
   */
  checkFirst(table: Table): void {
    const { envelope, position } = this.#reader;
    if (this.#shapesById[table.id] !== undefined) return;
    if (envelope.schema.present || this.#transit !== undefined) return;
    const shape = this.#shapeOf(table);
    if (shape.record.check === undefined) return;
    try {
      const end = this.#records.read(envelope.record.textStart, shape.record, shape);
      this.#reader.conforms = end === envelope.record.textEnd && this.#records.conforms;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
    this.#reader.position = position;
  }

  /** Learns the envelope and the record of the line at `start`, which the scan has just read. */
  learn(table: Table, start: number): void {
    const shape = this.#shapeOf(table);
    if (!this.#open.hasRead) this.#open.note(shape);
    if (this.#envelopes.trust.rests) return;
    const envelope = envelopeOf({ reader: this.#reader, transit: this.#transit, start }, { table, shape });
    if (envelope !== undefined) this.#envelopes.add(envelope);
  }

  /** Tables of a stream that differ in their version alone share a shape. */
  #shapeOf(table: Table): TableShape {
    const { id, stream, keyNames, schema } = table;
    const known = this.#shapesById[id];
    if (known !== undefined) return known;
    const identity = JSON.stringify([stream, keyNames, schema?.id]);
    const shape = this.#shapes.get(identity) ?? this.#newShape(table);
    this.#shapes.set(identity, shape);
    this.#shapesById[id] = shape;
    return shape;
  }

  #newShape(table: Table): TableShape {
    return new TableShape(table, this.#recordShapes.of(table, this.#checkOf(table)), this.#limits.isReserved);
  }

  /** Discards a stream's envelopes: its records belong to another table from here on. */
  forget(stream: string): void {
    this.#envelopes.forget(stream);
  }
}
