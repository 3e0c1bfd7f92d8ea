import type { Shape } from "../shape.ts";
import { Malformed } from "../text.ts";
import { Kind } from "../visitor.ts";
import { scalarTags } from "./scalar.ts";
import { TransitStrings } from "./string.ts";

const tilde = 0x7e;
const caret = 0x5e;

/** Transit's maps' keys: their kinds, their names, and whether a map holds one twice. */
export abstract class TransitKeys extends TransitStrings {
  /** Reads a map's key that is a string, and says whether the map's keys came as foreseen so far. */
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

  /** The raw string just read is a map's key. */
  protected key(shape: Shape, index: number, mark: number, foreseen: boolean): boolean {
    const start = this.rawStart;
    const end = this.rawEnd;
    const kind = this.#keyKind(start, end);
    const isName = kind === Kind.keyword || kind === Kind.symbol;
    // Another kind's key keeps its tag, so that it is told from the text alike.
    const nameStart = isName ? start + 2 : kind === Kind.text ? this.#textStart(start, end) : start;
    return this.addKey(shape, index, mark, foreseen, kind, start, nameStart, end);
  }

  /** What kind of key the raw string is; refuses what can't be one. */
  #keyKind(start: number, end: number): Kind {
    if (this.bytes[start] === caret) throw new Malformed('`"^ "` begins a map: it is no key', start);
    if (this.bytes[start] !== tilde || end - start === 1) return Kind.text;
    const tag = scalarTags[this.bytes[start + 1]!];
    if (tag === undefined) throw this.unknownTag(start, end);
    const { kind } = tag;
    if (kind === Kind.text || kind === Kind.keyword || kind === Kind.symbol) return kind;
    if (this.inRecord) throw this.noColumnName(start);
    if (tag.form !== undefined) this.checkForm(this.bytes[start + 1]!, tag, start + 2, end);
    return kind;
  }

  /** Text that begins with `~`, `^` or a backtick stands behind one more tilde. */
  #textStart(start: number, end: number): number {
    return this.bytes[start] === tilde && end - start > 1 ? start + 1 : start;
  }

  protected addKey(
    shape: Shape,
    index: number,
    mark: number,
    foreseen: boolean,
    kind: Kind,
    start: number,
    nameStart: number,
    end: number,
  ): boolean {
    this.contentStart = nameStart;
    this.contentEnd = end;
    this.visitor?.key(kind, this.bytes, nameStart, end);
    if (foreseen && shape.isForeseen(this.bytes, start, end, index)) return true;
    if (foreseen) shape.leave(this.names, mark, index);
    this.names.add(mark, nameStart, end, this.position);
    shape.learn(index, start, nameStart, end);
    return false;
  }
}
