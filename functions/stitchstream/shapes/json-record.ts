import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  nine,
  openBrace,
  openBracket,
  quote,
  space,
  zero,
} from "../../values/bytes.ts";
import { hashOf } from "../../values/hash.ts";
import { isSameText } from "../../values/memory.ts";
import { endOfPlain, endOfRun } from "../../values/plain-text.ts";
import { isNumberStart } from "../../values/scanner.ts";
import { Kind } from "../../values/visitor.ts";
import type { JsonReader } from "../json/reader.ts";
import { ChoiceReader } from "./choices.ts";
import { miss } from "./miss.ts";
import { hasAllKeys, kindOfNumber, recordDepth } from "./records.ts";
import type { MapShape, Slot } from "./slot.ts";

const nothingChanged = () => true;

/** Reads the records of a JSON body. Its methods return the end of what they read, or `miss`. */
export class JsonRecords extends ChoiceReader<JsonReader> {
  protected override readRecord(at: number, shape: MapShape): number {
    return this.bytes[at] === openBrace ? this.map(at, shape, recordDepth) : miss;
  }

  protected override map(start: number, shape: MapShape, depth: number): number {
    if (depth > this.depthMax) return miss;
    const { bytes, view } = this;
    const { names } = this.reader;
    const map = ++this.maps;
    const isTried = shape === this.tried;
    // A map with many names may open its shape.
    shape.mark = names.mark();
    let found = 0;
    let count = 0;
    let slot = shape.head;
    let at = start + 1;
    for (;;) {
      const { next } = slot;
      if (next !== undefined && isSameText(view, at, slot.textStart, slot.textLength)) {
        at += slot.textLength;
        slot = next;
      } else if (bytes[at] === closeBrace) {
        at++;
        break;
      } else {
        const following = this.#next(at, slot, shape, depth);
        if (following === undefined) return miss;
        at = this.valueStart;
        if (following === shape.head) break;
        slot = following;
      }
      if (slot.lastMap === map) return miss;
      slot.lastMap = map;
      // Repeats `#value`: a call for each member would take a tenth of the time of small records.
      const first = bytes[at]!;
      if (first === quote) {
        const begin = at + 1;
        let end = endOfRun(view, begin);
        if (bytes[end] !== quote) end = this.endOfText(at, end);
        at = this.scalar(Kind.text, begin, end, slot, end + 1);
      } else if (first > zero && first <= nine) {
        const end = this.endOfInteger(at);
        at = end === miss ? this.#number(at, slot) : this.scalar(Kind.integer, at, end, slot, end);
      } else {
        at = this.#other(at, slot, depth + 1);
        if (at === miss) return miss;
      }
      found += slot.weight;
      count++;
      if (isTried && !this.conforms) return this.giveUp(at, shape);
    }
    if (shape.checksNames) this.checkNames(map, count, shape);
    if (shape.isOpen) names.release(shape.mark);
    if (found === shape.expected) return at;
    // It lacks a name that the check requires, or a key.
    this.refuse(shape.head, at, at);
    return hasAllKeys(found, shape) ? at : miss;
  }

  protected override remember(): () => boolean {
    return nothingChanged;
  }

  #array(start: number, slot: Slot, depth: number): number {
    if (depth > this.depthMax) return miss;
    const { bytes } = this;
    let element = this.elementOf(slot, start);
    let at = this.skip(start + 1);
    let count = 0;
    if (bytes[at] === closeBracket) at++;
    else
      for (;;) {
        count++;
        at = this.#value(at, element, depth + 1);
        if (at === miss) return miss;
        element = element.next ?? element;
        let byte = bytes[at]!;
        if (byte <= space) {
          at = this.skip(at);
          byte = bytes[at]!;
        }
        at++;
        if (byte === comma) {
          if (bytes[at]! <= space) at = this.skip(at);
        } else if (byte === closeBracket) break;
        else return miss;
      }
    this.checkCount(count, slot);
    return at;
  }

  #value(at: number, slot: Slot, depth: number): number {
    const first = this.bytes[at]!;
    if (first > zero && first <= nine) {
      const end = this.endOfInteger(at);
      return end === miss ? this.#number(at, slot) : this.scalar(Kind.integer, at, end, slot, end);
    }
    return first === quote ? this.text(at, slot) : this.#other(at, slot, depth);
  }

  #other(at: number, slot: Slot, depth: number): number {
    const first = this.bytes[at]!;
    if (first === openBrace) return this.mapIn(at, slot, depth);
    if (first === openBracket) {
      const end = this.#array(at, slot, depth);
      if (!slot.accepts(Kind.array)) this.checkWhole(Kind.array, at, end, slot);
      return end;
    }
    if (isNumberStart(first)) return this.#number(at, slot);
    const start = this.skip(at);
    return start > at ? this.#value(start, slot, depth) : this.word(at, slot);
  }

  #number(at: number, slot: Slot): number {
    const { reader } = this;
    reader.position = at;
    reader.skipNumber();
    const end = reader.position;
    const kind = reader.integral ? kindOfNumber(Kind.integer, this.bytes, at, end) : Kind.double;
    return this.scalar(kind, at, end, slot, end);
  }

  /**
   * Reads on from the end of a value, or of the bracket, to the next member's value. Returns its slot; the
   * shape's head at the end of the map; undefined for a `miss`.
   */
  #next(at: number, previous: Slot, shape: MapShape, depth: number): Slot | undefined {
    const { bytes, view } = this;
    const { other } = previous;
    if (other !== undefined && isSameText(view, at, previous.otherStart, previous.otherLength)) {
      this.valueStart = at + previous.otherLength;
      return other;
    }
    let start = this.skip(at);
    if (bytes[start] === closeBrace) {
      this.valueStart = start + 1;
      return shape.head;
    }
    if (previous !== shape.head) {
      if (bytes[start] !== comma) return undefined;
      start = this.skip(start + 1);
    }
    const slot = this.#name(start, shape, depth);
    if (slot?.hasName === true) expectText(slot, previous, at, this.valueStart);
    return slot;
  }

  /** Reads a name, up to its value. Returns its slot; undefined for a `miss`. */
  #name(at: number, shape: MapShape, depth: number): Slot | undefined {
    const { bytes, view } = this;
    if (bytes[at] !== quote) return undefined;
    const start = at + 1;
    let end = endOfPlain(bytes, view, start);
    if (bytes[end] !== quote) end = this.endOfLongString(at);
    if (!this.findValue(end, colon)) return undefined;
    return this.slotOf(shape, { start, end, textStart: start, hash: hashOf(bytes, start, end) }, depth);
  }
}

/** Makes `slot` the expected one after `previous`, where `[start, end)` is between their values. */
function expectText(slot: Slot, previous: Slot, start: number, end: number): void {
  if (previous.next !== slot) {
    previous.other = previous.next;
    previous.otherStart = previous.textStart;
    previous.otherLength = previous.textLength;
    previous.next = slot;
  }
  previous.textStart = start;
  previous.textLength = end - start;
}
