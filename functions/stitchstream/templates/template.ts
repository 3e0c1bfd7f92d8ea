import {
  backtick,
  caret,
  dot,
  letterE,
  lowerCaseBit,
  nine,
  quote,
  tilde,
  wordBytes,
  zero,
} from "../../values/bytes.ts";
import { endOfPlain } from "../../values/plain-text.ts";
import { Malformed } from "../../values/scanner.ts";
import { Kind } from "../../values/visitor.ts";
import type { PieceReader } from "../piece-reader.ts";
import type { Table } from "../tables.ts";
import { isTimeOrNone } from "../time-extracted.ts";
import { entersCache } from "../transit/cache.ts";
import { partsOf, placesPerSplice, type TemplateOffset, type TemplateParts } from "./parts.ts";

/** Every transit reader reads bare integers of so many digits without loss. */
const shortDigits = 15;
const miss = -1;

/**
 * A record's line without its scalar values. Lines of a stream are alike. If a line has the same bytes as an
 * earlier one between its values, its names, nesting and envelope have already been checked, and only the
 * values must be read.
 */
export class LineTemplate {
  readonly table: Table;
  readonly #parts: TemplateParts;
  readonly #words: DataView;
  /** Offsets and kinds in the line matched last: set by `read`, valid until its next call. */
  readonly #segmentAt: Int32Array;
  readonly #contentStart: Int32Array;
  readonly #contentEnd: Int32Array;
  readonly #kinds: Uint8Array;

  private constructor(table: Table, parts: TemplateParts) {
    const slots = parts.ends.length - 1;
    this.table = table;
    this.#parts = parts;
    this.#words = new DataView(parts.text.buffer);
    this.#segmentAt = new Int32Array(slots + 1);
    this.#contentStart = new Int32Array(slots);
    this.#contentEnd = new Int32Array(slots);
    this.#kinds = new Uint8Array(slots);
  }

  /** Returns the template of the record at `start`, just read; undefined if no line can be like it. */
  static of(reader: PieceReader, table: Table, start: number): LineTemplate | undefined {
    const parts = partsOf(reader, start);
    return parts && new LineTemplate(table, parts);
  }

  /**
   * Reads the line at `start` and returns true if the line matches this template; the reader is then in the
   * same state as after `readMessage`. Returns false for any line that may be invalid.
   */
  read(reader: PieceReader, start: number): boolean {
    reader.beginPieces(start);
    let end: number;
    try {
      end = this.#match(reader, start);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return false;
    }
    if (end === miss || !reader.expand(this.#parts.expansion)) return false;
    reader.growth += this.#parts.mapsGrowth;
    reader.position = end;
    this.#fill(reader);
    return isTimeOrNone(reader.bytes, reader.envelope.time_extracted);
  }

  #match(reader: PieceReader, start: number): number {
    const { bytes, view, isJson } = reader;
    const { ends } = this.#parts;
    const words = this.#words;
    const slots = ends.length - 1;
    let at = start;
    let from = 0;
    for (let slot = 0; ; slot++) {
      this.#segmentAt[slot] = at;
      const to = ends[slot]!;
      if (!isSameText(view, at, words, from, to - from)) return miss;
      at += to - from;
      from = to;
      if (slot === slots) return at;
      const first = bytes[at]!;
      let end = at + 1;
      if (first === quote && (isJson || !isTagged(bytes[end]!))) {
        end = endOfPlain(bytes, view, end);
        if (bytes[end] === quote) {
          this.#note(slot, Kind.text, at + 1, end);
          at = end + 1;
          continue;
        }
      } else if (first > zero && first <= nine) {
        while (bytes[end]! >= zero && bytes[end]! <= nine) end++;
        if (!isNumberPart[bytes[end]!] && end - at <= shortDigits) {
          this.#note(slot, Kind.integer, at, end);
          at = end;
          continue;
        }
      }
      // Strings that enter or leave transit's cache must be part of the template.
      if (!isJson && first === quote && isCached(bytes[at + 1]!, bytes[at + 2]!)) return miss;
      const kind = reader.readPiece(at);
      if (kind === Kind.absent) return miss;
      this.#note(slot, kind, reader.pieceStart, reader.pieceEnd);
      at = reader.position;
    }
  }

  #note(slot: number, kind: Kind, start: number, end: number): void {
    this.#kinds[slot] = kind;
    this.#contentStart[slot] = start;
    this.#contentEnd[slot] = end;
  }

  /** Sets the reader's fields as if it had read the whole line. */
  #fill(reader: PieceReader): void {
    const { recordStart, recordEnd, extracted, keys, splices: places } = this.#parts;
    const { record, time_extracted } = reader.envelope;
    record.textStart = this.#at(recordStart);
    record.textEnd = this.#at(recordEnd);
    time_extracted.present = extracted >= 0;
    if (extracted >= 0) {
      time_extracted.textStart = this.#segmentAt[extracted]! + this.#lengthOf(extracted);
      time_extracted.contentStart = this.#contentStart[extracted]!;
      time_extracted.contentEnd = this.#contentEnd[extracted]!;
      time_extracted.kind = this.#kinds[extracted]! as Kind;
    }
    for (const key of keys) {
      if ("slot" in key) {
        const { slot } = key;
        const kind = this.#kinds[slot]! as Kind;
        reader.keyValues.push(0, 0, kind, this.#contentStart[slot]!, this.#contentEnd[slot]!);
      } else reader.keyValues.push(0, 0, key.kind, this.#at(key.start), this.#at(key.end));
    }
    if (places.length === 0) return;
    reader.standsAlone = false;
    const { splices } = reader;
    let at = splices.addMany(places.length / (2 * placesPerSplice));
    const { ints } = splices;
    for (let i = 0; i < places.length; i += 2) ints[at++] = this.#segmentAt[places[i]!]! + places[i + 1]!;
  }

  #at({ literal, offset }: TemplateOffset): number {
    return this.#segmentAt[literal]! + offset;
  }

  #lengthOf(literal: number): number {
    const { ends } = this.#parts;
    return ends[literal]! - (literal === 0 ? 0 : ends[literal - 1]!);
  }
}

/** Returns whether `length` bytes are equal. The last word may overlap the one before it. */
function isSameText(a: DataView, aStart: number, b: DataView, bStart: number, length: number): boolean {
  if (aStart + length > a.byteLength) return false;
  if (length < wordBytes) {
    for (let i = 0; i < length; i++) if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false;
    return true;
  }
  const last = length - wordBytes;
  for (let i = 0; i < last; i += wordBytes)
    if (a.getInt32(aStart + i, true) !== b.getInt32(bStart + i, true)) return false;
  return a.getInt32(aStart + last, true) === b.getInt32(bStart + last, true);
}

/** Whether a string that begins with this byte has a special meaning in transit. */
const isTagged = (first: number) => first === tilde || first === caret || first === backtick;

/** Whether a string with this beginning is a cache code, a keyword, a symbol or a tag. */
const isCached = (first: number, second: number) => first === caret || entersCache(first, second);

/** The bytes that may continue a number after its first digits. */
const isNumberPart = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === dot || (byte | lowerCaseBit) === letterE ? 1 : 0,
);
