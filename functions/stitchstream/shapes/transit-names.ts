import { backslash, backtick, caret, colon, dollar, isRepeated, quote, tilde } from "../../values/bytes.ts";
import { hashOf } from "../../values/hash.ts";
import { isSameText } from "../../values/memory.ts";
import { endOfPlain } from "../../values/plain-text.ts";
import { cacheableCharsMin, isLongEnough } from "../transit/cache.ts";
import type { TransitReader } from "../transit/reader.ts";
import { ChoiceReader } from "./choices.ts";
import type { MapShape, Slot } from "./slot.ts";

/** Reads the names in a transit body's records: as text, or as cache codes. */
export abstract class TransitNames extends ChoiceReader<TransitReader> {
  /** By index in the reader's cache: the number of the name there; 0 for other strings. */
  protected readonly nameIds: number[] = [];

  /** The reader's pieces are counted again: at worst they seem too many, and the scan reads the line. */
  protected override remember(): () => boolean {
    const { reader } = this;
    const { cache, splices, growth, expansion, standsAlone, spliceable } = reader;
    const [cached, wraps, spliced] = [cache.count, cache.wraps, splices.count];
    return () => {
      // The cache has forgotten what was in it.
      if (cache.wraps !== wraps) return false;
      cache.count = cached;
      splices.count = spliced;
      reader.growth = growth;
      reader.expansion = expansion;
      reader.standsAlone = standsAlone;
      reader.spliceable = spliceable;
      return true;
    };
  }

  /** Reads a name and the separator after it. Returns its slot; undefined for a `miss`. */
  protected name(
    at: number,
    previous: Slot,
    shape: MapShape,
    depth: number,
    separator: number,
  ): Slot | undefined {
    const { bytes, view } = this;
    if (bytes[at] !== quote) return undefined;
    if (bytes[at + 1] === caret) return this.#code(at, previous, shape, depth, separator);
    const { next, other } = previous;
    if (
      next !== undefined &&
      next.nameTextLength > 0 &&
      isSameText(view, at, next.nameTextStart, next.nameTextLength)
    ) {
      this.valueStart = at + next.nameTextLength;
      if (next.isCached) this.#remember(at + 1, at + 1 + next.nameEnd - next.nameStart, next.nameId);
      return next;
    }
    if (
      other !== undefined &&
      other.nameTextLength > 0 &&
      isSameText(view, at, other.nameTextStart, other.nameTextLength)
    ) {
      this.valueStart = at + other.nameTextLength;
      if (other.isCached) this.#remember(at + 1, at + 1 + other.nameEnd - other.nameStart, other.nameId);
      expect(other, previous);
      return other;
    }
    if (bytes[at + 1] === backslash) return undefined;
    const start = at + 1;
    let end = endOfPlain(bytes, view, start);
    if (bytes[end] !== quote) end = this.endOfLongString(at);
    const slot = this.#slotOfRaw(start, end, shape, depth);
    if (slot === undefined || !this.findValue(end, separator)) return undefined;
    if (!slot.hasName) {
      if (isCacheable(bytes, start, end)) this.#remember(start, end, 0);
      return slot;
    }
    slot.nameTextStart = at;
    slot.nameTextLength = this.valueStart - at;
    if (slot.isCached) this.#remember(start, end, slot.nameId);
    expect(slot, previous);
    return slot;
  }

  #remember(start: number, end: number, nameId: number): void {
    const { cache } = this.reader;
    cache.remember(start, end);
    this.nameIds[cache.count - 1] = nameId;
  }

  /** Reads a cache code in place of a name. */
  #code(at: number, previous: Slot, shape: MapShape, depth: number, separator: number): Slot | undefined {
    const { bytes } = this;
    const { cache } = this.reader;
    const { next } = previous;
    if (next !== undefined && this.#isCodeOf(next, at)) {
      this.valueStart = at + next.codeLength;
      return this.#splice(at, next.codeIndex) ? next : undefined;
    }
    const end = this.endOfCode(at);
    if (bytes[end] !== quote || !this.findValue(end, separator)) return undefined;
    const index = cache.indexOf(bytes, at + 1, end);
    if (!this.#splice(at, index)) return undefined;
    const [start, nameEnd] = [cache.start(index), cache.end(index)];
    const isNext = next !== undefined && isRepeated(bytes, start, nameEnd, next.nameStart, next.nameEnd);
    // Names in the envelope have no number.
    const known = isNext ? next : shape.findById(this.nameIds[index]!);
    const slot = known ?? this.#slotOfRaw(start, nameEnd, shape, depth);
    if (slot?.hasName !== true) return slot;
    slot.codeStart = at;
    slot.codeLength = this.valueStart - at;
    slot.codeIndex = index;
    expect(slot, previous);
    return slot;
  }

  /** Returns the closing quote of the cache code at `at`, which has one digit or two. */
  protected endOfCode(at: number): number {
    return at + (this.bytes[at + 3] === quote ? 3 : 4);
  }

  /**
   * Returns whether the code at `at` is the last one of the slot's name, and means that name in this line,
   * too.
   */
  #isCodeOf({ codeStart, codeLength, codeIndex, nameId }: Slot, at: number): boolean {
    const { view } = this;
    const { cache } = this.reader;
    return (
      codeLength > 0 &&
      codeIndex < cache.count &&
      this.nameIds[codeIndex] === nameId &&
      isSameText(view, at, codeStart, codeLength)
    );
  }

  /**
   * Adds a splice: the code at `at` stands for the cache's entry at `index`. Returns false if the body's
   * codes expand to too many bytes.
   */
  #splice(at: number, index: number): boolean {
    const { reader } = this;
    const [start, end] = [reader.cache.start(index), reader.cache.end(index)];
    reader.standsAlone = false;
    reader.splices.push(at + 1, start, end);
    return reader.expand(end - start);
  }

  /** Returns the slot of a name, the raw string `bytes[start, end)`. */
  #slotOfRaw(start: number, end: number, shape: MapShape, depth: number): Slot | undefined {
    const { bytes } = this;
    const textStart = start + tagLength(bytes, start, end);
    if (textStart < start) return undefined;
    const isCached = isCacheable(bytes, start, end);
    return this.slotOf(shape, { start, end, textStart, hash: hashOf(bytes, start, end), isCached }, depth);
  }
}

/** Makes `slot` the expected one after `previous`. */
function expect(slot: Slot, previous: Slot): void {
  if (previous.next !== slot) previous.other = previous.next;
  previous.next = slot;
}

const isCacheable = (bytes: Uint8Array, start: number, end: number) =>
  end - start >= cacheableCharsMin && isLongEnough(bytes, start, end);

/** Returns the length of a name's tag, or of the `~` of an escape; negative if the string is not a name. */
function tagLength(bytes: Uint8Array, start: number, end: number): number {
  const [first, second] = [bytes[start], bytes[start + 1]];
  if (first === caret || first === backtick) return -Infinity;
  if (first !== tilde || end - start === 1) return 0;
  if (second === colon || second === dollar) return 2;
  return second === tilde || second === caret || second === backtick ? 1 : -Infinity;
}
