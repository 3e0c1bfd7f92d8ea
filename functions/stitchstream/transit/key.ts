import { caret, tilde } from "../../values/bytes.ts";
import { Malformed, stringOf } from "../../values/scanner.ts";
import { scalarTags } from "../../values/transit-scalar.ts";
import { Kind } from "../../values/visitor.ts";
import type { Shape } from "../shape.ts";
import { TransitStrings } from "./string.ts";

/** `~:` or `~$` */
const tagBytes = 2;

/** Reads the keys of transit maps: their kinds and names. Refuses duplicates. */
export abstract class TransitKeys extends TransitStrings {
  /** Reads a map's string key. Returns whether the map's keys have been as predicted so far. */
  protected readName(shape: Shape, index: number, mark: number, foreseen: boolean): boolean {
    if (foreseen) {
      const start = this.position + 1;
      const end = shape.foreseenEnd(this.bytes, this.position, index);
      if (end >= 0) {
        this.position = end + 1;
        this.rawStart = start;
        this.rawEnd = end;
        this.remember(start, end, true);
      } else this.readRaw(true);
    } else this.readRaw(true);
    return this.key(shape, index, mark, foreseen);
  }

  /** Handles the raw string just read as a map's key. */
  protected key(shape: Shape, index: number, mark: number, foreseen: boolean): boolean {
    const start = this.rawStart;
    const end = this.rawEnd;
    const kind = this.#keyKind(start, end);
    if (kind === Kind.text)
      return this.#addName(shape, index, mark, foreseen, kind, this.#textStart(start, end));
    if (kind === Kind.keyword || kind === Kind.symbol)
      return this.#addName(shape, index, mark, foreseen, kind, start + tagBytes);
    this.#visitKey(kind, start, end);
    return this.#addOther(shape, index, mark, foreseen, stringOf(this.bytes, start, end));
  }

  /** Handles the bare number `bytes[start, end)` as a map's key, as if it were tagged. */
  protected numberKey(
    shape: Shape,
    index: number,
    mark: number,
    foreseen: boolean,
    start: number,
    end: number,
  ): boolean {
    this.#visitKey(Kind.integer, start, end);
    const tag = this.integral ? "~i" : "~d";
    return this.#addOther(shape, index, mark, foreseen, tag + stringOf(this.bytes, start, end));
  }

  /** Returns the kind of key that the raw string is. Throws if it can't be a key. */
  #keyKind(start: number, end: number): Kind {
    if (this.bytes[start] === caret) throw new Malformed('`"^ "` begins a map: it is not a key', start);
    if (this.bytes[start] !== tilde || end - start === 1) return Kind.text;
    const tag = scalarTags[this.bytes[start + 1]!];
    if (tag === undefined) throw this.unknownTag(start, end);
    const { kind } = tag;
    if (kind === Kind.text || kind === Kind.keyword || kind === Kind.symbol) return kind;
    if (this.inRecord) throw this.noColumnName(start);
    if (tag.form !== undefined) this.checkForm(this.bytes[start + 1]!, tag, start + 2, end);
    return kind;
  }

  /**
   * Returns the start of the text: one that begins with `~`, `^` or a backtick has an extra tilde in front.
   */
  #textStart(start: number, end: number): number {
    return this.bytes[start] === tilde && end - start > 1 ? start + 1 : start;
  }

  #addName(
    shape: Shape,
    index: number,
    mark: number,
    foreseen: boolean,
    kind: Kind,
    nameStart: number,
  ): boolean {
    const { bytes, rawStart: start, rawEnd: end } = this;
    this.#visitKey(kind, nameStart, end);
    if (foreseen && shape.isForeseen(bytes, start, end, index)) return true;
    if (foreseen) shape.leave(this.names, mark, index);
    this.names.add(mark, nameStart, end, this.position);
    shape.learn(index, start, nameStart, end);
    return false;
  }

  /**
   * Adds a key that is not a name, with its tag, so that it differs from the same text. It is never
   * predicted.
   */
  #addOther(shape: Shape, index: number, mark: number, foreseen: boolean, tagged: string): boolean {
    if (foreseen) shape.leave(this.names, mark, index);
    this.names.addOther(mark, tagged, this.position);
    return false;
  }

  #visitKey(kind: Kind, start: number, end: number): void {
    this.contentStart = start;
    this.contentEnd = end;
    this.visitor?.key(kind, this.bytes, start, end);
  }
}
