import { caret } from "../../values/bytes.ts";
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
import { type Envelope, Envelopes, type Text } from "./envelopes.ts";
import { JsonRecords } from "./json-record.ts";
import { miss } from "./miss.ts";
import { RecordShapes } from "./record-shapes.ts";
import type { RecordReader } from "./records.ts";
import { SlotBudget } from "./slot.ts";
import { TableShape } from "./table-shape.ts";
import { TransitRecords } from "./transit-record.ts";

export interface ShapeLimits extends ValueLimits {
  readonly lineBytesMax: number;
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
  /** By the table's id. */
  readonly #shapes: TableShape[] = [];

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
        ? new JsonRecords(reader as JsonReader, budget, limits.depthMax)
        : new TransitRecords(this.#transit, budget, limits.depthMax);
  }

  /**
   * Reads the record at `start` and returns its table; docs/internals.md lists the fields of the reader that
   * are then valid. Returns undefined if the scan must read the line, which may be invalid.
   */
  read(start: number): Table | undefined {
    const envelope = this.#envelopes.find(start);
    if (envelope === undefined || !envelope.shape.isTrusted()) return undefined;
    const { expansion } = this.#reader;
    try {
      if (this.#readLine(start, envelope)) {
        envelope.shape.hit();
        return envelope.table;
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
    this.#reader.expansion = expansion;
    envelope.shape.miss();
    return undefined;
  }

  #readLine(start: number, known: Envelope): boolean {
    const reader = this.#reader;
    const { envelope } = reader;
    const { texts, table, shape, time } = known;
    reader.beginPieces(start);
    for (let key = 0; key < table.keyNames.length; key++) reader.keyValues.push(0, 0, Kind.absent, 0, 0);
    envelope.time_extracted.present = false;
    let n = 0;
    let at = start + texts[n++]!.length;
    if (time === "before") at = this.#afterText(this.#afterTime(at), texts[n++]!);
    if (at === miss) return false;
    if (this.#transit !== undefined) this.#remember(this.#transit, start, at, known);
    reader.growth = 0;
    const record = at;
    at = this.#records.read(at, shape.record, shape);
    if (at === miss || this.#records.dataPoints + reader.pieces > this.#limits.dataPointsMax) return false;
    envelope.record.textStart = record;
    envelope.record.textEnd = at;
    const { growth } = reader;
    at = this.#afterText(at, texts[n++]!);
    if (time === "after") at = this.#afterText(this.#afterTime(at), texts[n++]!);
    if (at === miss || at - start > this.#limits.lineBytesMax) return false;
    reader.growth = growth;
    reader.position = at;
    reader.conforms = shape.record.check !== undefined && this.#records.conforms;
    return true;
  }

  /** Fills transit's cache with the strings before the record, which begins at `end`. */
  #remember({ cache }: TransitReader, start: number, end: number, { cached, texts, time }: Envelope): void {
    cache.clear();
    const second = time === "before" ? end - texts[1]!.length : end;
    for (let n = 0; n < cached.length; n += 3) {
      const base = cached[n] === 0 ? start : second;
      cache.remember(base + cached[n + 1]!, base + cached[n + 2]!);
    }
  }

  #afterText(at: number, text: Text): number {
    if (at === miss || !isSameText(this.#reader.view, at, text.start, text.length)) return miss;
    return at + text.length;
  }

  #afterTime(at: number): number {
    if (at === miss) return miss;
    const reader = this.#reader;
    const { time_extracted: time } = reader.envelope;
    time.kind = reader.readPiece(at);
    if (time.kind === Kind.absent || time.kind === Kind.null) return miss;
    time.present = true;
    time.textStart = at;
    time.textEnd = reader.position;
    time.contentStart = reader.pieceStart;
    time.contentEnd = reader.pieceEnd;
    return isTimeOrNone(reader.bytes, time) ? reader.position : miss;
  }

  /** Learns the envelope of the line at `start`, which the scan has just read. */
  learn(table: Table, start: number): void {
    const reader = this.#reader;
    const { envelope, position: end } = reader;
    const { record, time_extracted: extracted, stream } = envelope;
    const isTimed = extracted.present && extracted.kind !== Kind.null;
    const time = isTimed ? (extracted.textStart < record.textStart ? "before" : "after") : undefined;
    const gaps =
      time === undefined ? [record] : time === "before" ? [extracted, record] : [record, extracted];
    let from = start;
    const texts = gaps.map(({ textStart, textEnd }) => {
      const text = { start: from, length: textStart - from };
      from = textEnd;
      return text;
    });
    texts.push({ start: from, length: end - from });
    const transit = this.#transit;
    const cached = transit === undefined ? none : cachedIn(transit, texts, time === "before" ? 2 : 1);
    if (cached === undefined) return;
    const shape = this.#shapeOf(table);
    const nameAt = stream.contentEnd < start + texts[0]!.length ? stream.contentStart - start : undefined;
    this.#envelopes.add({ table, shape, texts, time, cached, nameAt, next: undefined, isStale: false });
  }

  #shapeOf(table: Table): TableShape {
    const known = this.#shapes[table.id];
    if (known !== undefined) return known;
    const record = this.#recordShapes.of(table, this.#checkOf(table));
    const shape = new TableShape(table, record, this.#limits.isReserved);
    this.#shapes[table.id] = shape;
    return shape;
  }

  /** Discards a stream's envelopes: its records belong to another table from here on. */
  forget(stream: string): void {
    this.#envelopes.forget(stream);
  }
}

const none: readonly number[] = [];

/**
 * Returns the strings in the first `count` texts that entered the cache, as in `Envelope.cached`. Returns
 * undefined if the other texts may contain codes, whose meaning would depend on the record.
 */
function cachedIn(
  { bytes, cache }: TransitReader,
  texts: readonly Text[],
  count: number,
): readonly number[] | undefined {
  const hasCodes = texts
    .slice(count)
    .some(({ start, length }) => bytes.subarray(start, start + length).includes(caret));
  if (hasCodes || cache.hasWrapped) return undefined;
  const found: number[] = [];
  for (let n = 0; n < cache.count; n++) {
    const at = cache.start(n);
    const text = texts.findIndex(({ start, length }, i) => i < count && at >= start && at < start + length);
    if (text >= 0) found.push(text, at - texts[text]!.start, cache.end(n) - texts[text]!.start);
  }
  return found;
}
