import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  isSame,
  openBrace,
  openBracket,
  quote,
  tilde,
} from "../../values/bytes.ts";
import { isNumberStart, Malformed, Uncarriable } from "../../values/scanner.ts";
import { isInt64, isSafeAt, uuidOf } from "../../values/transit-scalar.ts";
import { Kind } from "../../values/visitor.ts";
import { TransitKeys } from "./key.ts";

const ascii = new TextDecoder("latin1");
const utf8 = new TextEncoder();
const setTag = utf8.encode("~#set");
const listTag = utf8.encode("~#list");
/** The most bytes that rewriting adds to a value: two quotes and a tag, or a UUID's text. */
const quotedTagBytes = 4;
const uuidBytes = 40;
/** The marker `"^ ",` that a verbose map gains when it is rewritten as a compact one. */
export const mapMarkerBytes = 5;

/** Reads transit-JSON messages, compact and verbose: github.com/cognitect/transit-format, version 0.8. */
export class TransitReader extends TransitKeys {
  override readonly isJson = false;

  protected override readMessageMap(): void {
    this.skipSpace();
    const start = this.position;
    const isContainer = this.peek() === openBrace || this.peek() === openBracket;
    if (!isContainer || this.readValue(1) !== Kind.map) {
      throw new Malformed('a message is a transit map, `["^ ",…]` or `{…}`', start);
    }
  }

  protected override readValue(depth: number): Kind {
    this.skipSpace();
    const start = this.position;
    switch (this.peek()) {
      case quote:
        this.readRaw(false);
        return this.string();
      case openBrace:
        return this.#readVerboseMap(depth);
      case openBracket:
        return this.#readArray(depth);
      default:
        return this.readLiteral(start);
    }
  }

  /**
   * Reads the tag at `position`, or the cache code for one. Returns the kind of collection that follows;
   * `Kind.absent` for other tags.
   */
  readTag(position: number): Kind {
    this.position = position;
    this.readRaw(false);
    const { bytes, rawStart, rawEnd } = this;
    if (isSame(bytes, rawStart, rawEnd, setTag)) return Kind.set;
    return isSame(bytes, rawStart, rawEnd, listTag) ? Kind.list : Kind.absent;
  }

  protected override readNumber(start: number): Kind {
    this.skipNumber();
    // Transit readers read a bare number as a double, which rounds beyond 2^53, so it must be rewritten.
    if (this.integral && !isSafeAt(this.bytes, start, this.position)) this.markRewritten(quotedTagBytes);
    if (!this.integral) this.checkDouble(start, this.position);
    return this.scalar(this.integral ? Kind.integer : Kind.double, start, this.position);
  }

  /** Reads an array, a compact map `["^ ", k, v, …]` or a tagged value `["~#tag", v]`. */
  #readArray(depth: number): Kind {
    this.checkDepth(depth);
    const start = this.position++;
    this.skipSpace();
    if (this.peek() === quote) {
      this.readRaw(false);
      if (this.isMapMarker()) return this.#readCompactMap(depth);
      if (this.isTag()) return this.#readTaggedArray(depth, start);
      // An ordinary first element, which is already read and cached.
      return this.#readElements(depth, true);
    }
    return this.#readElements(depth, false);
  }

  #readElements(depth: number, firstIsRead: boolean): Kind {
    this.visitor?.open(Kind.array);
    if (firstIsRead) this.logElement(depth, this.string());
    if (firstIsRead ? this.take(comma) : !this.take(closeBracket)) {
      do this.readElement(depth);
      while (this.take(comma));
      this.expect(closeBracket, "`,` or `]`");
    } else if (firstIsRead) this.expect(closeBracket, "`,` or `]`");
    this.visitor?.close(Kind.array);
    return Kind.array;
  }

  #readCompactMap(depth: number): Kind {
    const mark = this.names.mark();
    this.visitor?.open(Kind.map);
    while (this.take(comma)) {
      this.skipSpace();
      this.#readKey(mark);
      const { contentStart, contentEnd } = this;
      if (!this.take(comma)) throw new Malformed("a map's last key lacks its value", this.position);
      this.readMember(depth, contentStart, contentEnd);
    }
    this.expect(closeBracket, "`,` or `]`");
    this.names.release(mark);
    this.visitor?.close(Kind.map);
    return Kind.map;
  }

  /** Reads a verbose map `{"k": v, …}` or a verbose tagged value `{"~#tag": v}`. */
  #readVerboseMap(depth: number): Kind {
    this.checkDepth(depth);
    this.growth += mapMarkerBytes;
    this.position++;
    if (this.take(closeBrace)) {
      this.visitor?.open(Kind.map);
      this.visitor?.close(Kind.map);
      return Kind.map;
    }
    const mark = this.names.mark();
    let isFirst = true;
    do {
      this.skipSpace();
      if (this.peek() !== quote) throw this.unexpected("a name in quotes");
      this.readRaw(true);
      if (isFirst && this.isTag()) return this.#readTaggedMap(depth);
      if (isFirst) this.visitor?.open(Kind.map);
      isFirst = false;
      this.key(mark);
      const { contentStart, contentEnd } = this;
      this.expect(colon, "`:`");
      this.readMember(depth, contentStart, contentEnd);
    } while (this.take(comma));
    this.expect(closeBrace, "`,` or `}`");
    this.names.release(mark);
    this.visitor?.close(Kind.map);
    return Kind.map;
  }

  #readKey(mark: number): void {
    if (this.peek() === quote) {
      this.readRaw(true);
      return this.key(mark);
    }
    if (this.inRecord) throw this.noColumnName(this.position);
    if (!isNumberStart(this.peek())) throw this.unexpected("a map's key, a string or a number,");
    const start = this.position;
    this.skipNumber();
    this.numberKey(mark, start, this.position);
  }

  #readTaggedArray(depth: number, start: number): Kind {
    const tag = this.tagName();
    this.expect(comma, "a tagged value");
    const kind = this.#readTaggedValue(tag, depth, start);
    this.expect(closeBracket, "`]` after the tagged value");
    return kind;
  }

  #readTaggedMap(depth: number): Kind {
    const tag = this.tagName();
    const start = this.position;
    this.expect(colon, "`:`");
    const kind = this.#readTaggedValue(tag, depth, start);
    this.expect(closeBrace, "`}` after the tagged value");
    return kind;
  }

  #readTaggedValue(tag: string, depth: number, start: number): Kind {
    switch (tag) {
      case "'":
        this.expectWithin(depth);
        return this.readValue(depth + 1);
      case "set":
        return this.#readSequence(Kind.set, depth);
      case "list":
        return this.#readSequence(Kind.list, depth);
      case "cmap":
        if (this.inRecord) throw this.noColumnName(start);
        return this.#readSequence(Kind.cmap, depth);
      case "u":
        return this.#readUuidHalves();
      default:
        throw new Uncarriable(
          `the unknown transit tag ~#${tag.slice(0, 40)}: send the value as a known type`,
          start,
        );
    }
  }

  #readSequence(kind: Kind, depth: number): Kind {
    this.checkDepth(depth);
    this.expect(openBracket, "an array");
    this.visitor?.open(kind);
    let count = 0;
    if (!this.take(closeBracket)) {
      do {
        this.readElement(depth);
        count++;
      } while (this.take(comma));
      this.expect(closeBracket, "`,` or `]`");
    }
    if (kind === Kind.cmap && count % 2 === 1)
      throw new Malformed("a map's last key lacks its value", this.position);
    this.visitor?.close(kind);
    return kind;
  }

  /** Reads the halves of `["~#u", [hi, lo]]`: signed integers of 64 bits, bare or as `~i`. */
  #readUuidHalves(): Kind {
    this.expect(openBracket, "a UUID's two halves");
    const high = this.#readHalf();
    this.expect(comma, "a UUID's second half");
    const low = this.#readHalf();
    this.expect(closeBracket, "`]`");
    // Bare halves may exceed 2^53: the UUID is rewritten as text, which no reader rounds.
    this.markRewritten(uuidBytes);
    return this.computed(Kind.uuid, uuidOf(high, low));
  }

  #readHalf(): string {
    this.skipSpace();
    const isText = this.peek() === quote;
    const start = isText ? this.position + 3 : this.position;
    if (isText) this.skipString();
    else this.skipNumber();
    const text = ascii.decode(this.bytes.subarray(start, isText ? this.position - 1 : this.position));
    const tagged = !isText || (this.bytes[start - 2] === tilde && this.bytes[start - 1] === 0x69);
    if (!tagged || !/^-?[0-9]{1,19}$/.test(text) || !isInt64(text)) {
      throw new Malformed("a UUID's halves must be integers of 64 bits", start);
    }
    return text;
  }
}
