import {
  backslash,
  backtick,
  caret,
  closeBrace,
  closeBracket,
  colon,
  comma,
  hash,
  isSame,
  nine,
  openBrace,
  openBracket,
  quote,
  space,
  tilde,
  zero,
} from "../../values/bytes.ts";
import { isoBytes } from "../../values/transit-scalar.ts";
import { Kind } from "../../values/visitor.ts";
import { mapMarkerBytes } from "../transit/reader.ts";
import { miss } from "./miss.ts";
import { hasAllKeys, kindOfNumber, recordDepth } from "./records.ts";
import type { MapShape, Slot } from "./slot.ts";
import { TransitNames } from "./transit-names.ts";

/** `m`, the tag of instants in milliseconds. */
const letterM = 0x6d;
/** The quote, the tilde and the tag. */
const tagBytes = 3;
const instantDigitsMax = 14;
/** `"^ "` */
const marker = Uint8Array.of(quote, caret, space, quote);

/** Reads the records of a transit body. Its methods return the end of what they read, or `miss`. */
export class TransitRecords extends TransitNames {
  protected override readRecord(at: number, shape: MapShape): number {
    for (let n = 0; n < this.reader.cache.count; n++) this.nameIds[n] = 0;
    return this.map(at, shape, recordDepth);
  }

  protected override map(at: number, shape: MapShape, depth: number): number {
    const { bytes } = this;
    if (bytes[at] === openBrace) return this.#map(at + 1, closeBrace, shape, depth);
    return bytes[at] === openBracket ? this.#compactMap(at, shape, depth) : miss;
  }

  /** Reads a compact map. Returns `miss` for any other array. */
  #compactMap(start: number, shape: MapShape, depth: number): number {
    const at = this.skip(start + 1);
    const isMap = isSame(this.bytes, at, at + marker.length, marker);
    return isMap ? this.#rest(at + marker.length, shape, depth) : miss;
  }

  /** Reads the rest of a compact map. */
  #rest(start: number, shape: MapShape, depth: number): number {
    const { bytes } = this;
    const end = this.skip(start);
    if (bytes[end] === closeBracket) return this.#map(end, closeBracket, shape, depth);
    // A name must follow the comma.
    const first = this.skip(end + 1);
    const isName = bytes[end] === comma && bytes[first] === quote;
    return isName ? this.#map(first, closeBracket, shape, depth) : miss;
  }

  /** Reads a map from its first name. `close` says whether it is compact or verbose. */
  #map(start: number, close: number, shape: MapShape, depth: number): number {
    if (depth > this.depthMax || !shape.isClosedBy(close)) return miss;
    const { bytes } = this;
    const { names } = this.reader;
    if (close === closeBrace) this.reader.growth += mapMarkerBytes;
    const map = ++this.maps;
    const isTried = shape === this.tried;
    // A map with many names may open its shape.
    shape.mark = names.mark();
    let found = 0;
    let count = 0;
    let slot = shape.head;
    let at = this.skip(start);
    if (bytes[at] === close) at++;
    else
      for (;;) {
        const following = this.name(at, slot, shape, depth, close === closeBrace ? colon : comma);
        if (following === undefined || following.lastMap === map) return miss;
        slot = following;
        slot.lastMap = map;
        at = this.#value(this.valueStart, slot, depth + 1);
        if (at === miss) return miss;
        found += slot.weight;
        count++;
        if (isTried && !this.conforms) return this.giveUp(at, shape);
        if (bytes[at]! <= space) at = this.skip(at);
        const byte = bytes[at++]!;
        if (byte === comma) {
          if (bytes[at]! <= space) at = this.skip(at);
        } else if (byte === close) break;
        else return miss;
      }
    if (shape.checksNames) this.checkNames(map, count, shape);
    if (shape.isOpen) names.release(shape.mark);
    if (found === shape.expected) return at;
    // It lacks a name that the check requires, or a key.
    this.refuse(shape.head, at, at);
    return hasAllKeys(found, shape) ? at : miss;
  }

  #value(at: number, slot: Slot, depth: number): number {
    const { bytes } = this;
    const first = bytes[at]!;
    if (first === quote) {
      if (isTagged[bytes[at + 1]!] === 1) return this.#other(at, slot);
      return this.text(at, slot);
    }
    if (first > zero && first <= nine) {
      const end = this.endOfInteger(at);
      return end === miss ? this.#other(at, slot) : this.scalar(Kind.integer, at, end, slot, end);
    }
    if (first === openBracket) return this.#list(at, slot, depth);
    if (first === openBrace) return this.#verbose(at, slot, depth);
    const end = this.word(at, slot);
    return end === miss ? this.#other(at, slot) : end;
  }

  /** Reads any other scalar, such as a tagged string or a long integer. */
  #other(at: number, slot: Slot): number {
    const { bytes, reader } = this;
    const { cache } = reader;
    const { count } = cache;
    const end = this.#endOfInstant(at);
    if (end !== miss) {
      reader.growth += isoBytes;
      this.checkKind(Kind.instant, slot, at);
      this.dataPoints++;
      return end + 1;
    }
    const kind = reader.readPiece(at);
    if (kind === Kind.absent) return miss;
    if (cache.count !== count) this.nameIds[cache.count - 1] = 0;
    const { pieceStart, pieceEnd } = reader;
    const checked = jsonKindOf(kind, bytes, pieceStart, pieceEnd);
    // The text of a tagged boolean is not JSON's: only the evaluator can check it.
    if (kind === Kind.boolean && !slot.accepts(kind)) this.conforms = false;
    else if (((slot.passes >> checked) & 1) === 0) this.inspect(checked, pieceStart, pieceEnd, slot);
    return reader.position;
  }

  /**
   * Returns the closing quote of an instant of up to 14 digits, such as `"~m1468435557000"`. All of them are
   * within the years that the format allows. Returns `miss` for anything else.
   */
  #endOfInstant(at: number): number {
    const { bytes } = this;
    if (bytes[at] !== quote || bytes[at + 1] !== tilde || bytes[at + 2] !== letterM) return miss;
    const start = at + tagBytes;
    let end = start;
    while (bytes[end]! >= zero && bytes[end]! <= nine) end++;
    const isShort = end > start && end - start <= instantDigitsMax && bytes[start] !== zero;
    return isShort && bytes[end] === quote ? end : miss;
  }

  /** Reads a verbose map or collection. */
  #verbose(start: number, slot: Slot, depth: number): number {
    const at = this.skip(start + 1);
    if (!this.#isTag(at)) return this.mapIn(start, slot, depth);
    this.reader.growth += mapMarkerBytes;
    return this.#collection(at, closeBrace, slot, depth);
  }

  /** Reads an array, a compact map or a compact collection. */
  #list(start: number, slot: Slot, depth: number): number {
    const { bytes } = this;
    const at = this.skip(start + 1);
    if (isSame(bytes, at, at + marker.length, marker))
      return this.#compactMapIn(start, at + marker.length, slot, depth);
    if (this.#isTag(at)) return this.#collection(at, closeBracket, slot, depth);
    const end = this.#elements(at, slot, this.elementOf(slot, start), depth);
    if (!slot.accepts(Kind.array)) this.checkWhole(Kind.array, start, end, slot);
    return end;
  }

  /** Reads the compact map at `start`, with its members after `at`. Most maps have one shape. */
  #compactMapIn(start: number, at: number, slot: Slot, depth: number): number {
    const shape = this.shapeOf(slot, start);
    return shape.alternatives === undefined ? this.#rest(at, shape, depth) : this.mapIn(start, slot, depth);
  }

  /** Returns whether there is a tag at `at`, or a cache code for one. */
  #isTag(at: number): boolean {
    const { bytes } = this;
    const { cache } = this.reader;
    if (bytes[at] !== quote) return false;
    if (bytes[at + 1] === tilde) return bytes[at + 2] === hash;
    if (bytes[at + 1] !== caret) return false;
    const start = cache.start(cache.indexOf(bytes, at + 1, this.endOfCode(at)));
    return bytes[start] === tilde && bytes[start + 1] === hash;
  }

  /** Reads a set or a list from its tag. Other tagged values are left to the scan. */
  #collection(at: number, close: number, slot: Slot, depth: number): number {
    const { bytes, reader } = this;
    const { count } = reader.cache;
    const kind = reader.readTag(at);
    if (reader.cache.count !== count) this.nameIds[reader.cache.count - 1] = 0;
    const separator = close === closeBrace ? colon : comma;
    if (kind === Kind.absent || !this.findValue(reader.position - 1, separator)) return miss;
    if (bytes[this.valueStart] !== openBracket) return miss;
    const end = this.#elements(this.skip(this.valueStart + 1), slot, this.elementOf(slot, at), depth);
    if (end === miss) return miss;
    const last = this.skip(end);
    // A check knows only JSON's kinds.
    if (slot.check !== undefined) this.conforms = false;
    return bytes[last] === close ? last + 1 : miss;
  }

  /** Reads elements from the first one, or from the bracket if there are none. */
  #elements(start: number, slot: Slot, first: Slot, depth: number): number {
    if (depth > this.depthMax) return miss;
    const { bytes } = this;
    let element = first;
    let count = 0;
    let at = start;
    if (bytes[at] === closeBracket) at++;
    else
      for (;;) {
        count++;
        at = this.#value(at, element, depth + 1);
        if (at === miss) return miss;
        element = element.next ?? element;
        if (bytes[at]! <= space) at = this.skip(at);
        const byte = bytes[at++]!;
        if (byte === closeBracket) break;
        if (byte !== comma) return miss;
        if (bytes[at]! <= space) at = this.skip(at);
      }
    this.checkCount(count, slot);
    return at;
  }
}

/** Returns the kind of a scalar as JSON has it: its text there is `bytes[start, end)`, but for instants. */
function jsonKindOf(kind: Kind, bytes: Uint8Array, start: number, end: number): Kind {
  if (kind >= Kind.text) return kind === Kind.instant ? kind : Kind.text;
  if (kind === Kind.decimal) return Kind.double;
  return kindOfNumber(kind === Kind.bigInteger ? Kind.integer : kind, bytes, start, end);
}

/** The first bytes of strings that may be tagged; a backslash may hide another of them. */
const isTagged = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === tilde || byte === caret || byte === backtick || byte === backslash ? 1 : 0,
);
