import { caret, tilde } from "../../values/bytes.ts";
import { Malformed, stringOf } from "../../values/scanner.ts";
import { scalarTags } from "../../values/transit-scalar.ts";
import { Kind } from "../../values/visitor.ts";
import { TransitStrings } from "./string.ts";

/** `~:` or `~$` */
const tagBytes = 2;

/** Reads the keys of transit maps: their kinds and names. Refuses duplicates. */
export abstract class TransitKeys extends TransitStrings {
  /** Handles the raw string just read as a map's key. */
  protected key(mark: number): void {
    const start = this.rawStart;
    const end = this.rawEnd;
    const kind = this.#keyKind(start, end);
    if (kind === Kind.text || kind === Kind.keyword || kind === Kind.symbol) {
      const nameStart = kind === Kind.text ? this.#textStart(start, end) : start + tagBytes;
      this.#tell(kind, nameStart, end);
      this.names.add(mark, nameStart, end, this.position);
    } else {
      this.#tell(kind, start, end);
      // With its tag, so that it differs from the same text.
      this.names.addOther(mark, stringOf(this.bytes, start, end), this.position);
    }
  }

  /** Handles the bare number `bytes[start, end)` as a map's key, as if it were tagged. */
  protected numberKey(mark: number, start: number, end: number): void {
    this.#tell(Kind.integer, start, end);
    const tag = this.integral ? "~i" : "~d";
    this.names.addOther(mark, tag + stringOf(this.bytes, start, end), this.position);
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

  #tell(kind: Kind, start: number, end: number): void {
    this.contentStart = start;
    this.contentEnd = end;
    this.visitor?.key(kind, this.bytes, start, end);
  }
}
