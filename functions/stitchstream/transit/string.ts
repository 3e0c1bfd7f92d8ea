import {
  backslash,
  caret,
  hash,
  letterE,
  lowerCaseBit,
  minus,
  plus,
  space,
  tilde,
} from "../../values/bytes.ts";
import { Exhausted, Malformed, stringOf, Uncarriable } from "../../values/scanner.ts";
import {
  instantOfDigits,
  instantOfText,
  isBase64,
  isInt64,
  isInteger,
  isoBytes,
  type ScalarTag,
  scalarTags,
} from "../../values/transit-scalar.ts";
import { Kind } from "../../values/visitor.ts";
import { PieceReader } from "../piece-reader.ts";
import { cacheableCharsMin, entersCache, isLongEnough, TransitCache } from "./cache.ts";

const ascii = new TextDecoder("latin1");
/** 10^308 is the largest power of ten that is a double. */
const doubleDigitsMax = 308;
/** A number of so many characters with an exponent of two digits is less than that. */
const shortCharsMax = 200;
const shortExponentDigits = 2;
/** A character beyond the first 65,536 may be two escapes, `\\uXXXX` each. */
const characterBytesMax = 12;
/** Integers with fewer digits fit 64 bits. */
const int64Digits = 19;
const utf8 = new TextEncoder();

/** Reads transit's strings: cache codes and tagged scalars. */
export abstract class TransitStrings extends PieceReader {
  readonly cache = new TransitCache();
  /** The last raw string, its cache code resolved. Set by `readRaw`, valid until its next call. */
  protected rawStart = 0;
  protected rawEnd = 0;

  protected override resetLine(): void {
    this.cache.clear();
    this.cache.wraps = 0;
  }

  /** Refuses half a surrogate pair: a transit string has whole characters only. */
  protected override onHalfPair(position: number): void {
    throw new Uncarriable("half a surrogate pair is not a character: transit can't hold it", position);
  }

  /** Marks the current field as one that must be rewritten, which adds up to `bytes`. */
  protected markRewritten(bytes: number): void {
    this.standsAlone = this.spliceable = false;
    this.growth += bytes;
  }

  /** Reads a string, resolves a cache code, and caches what the line may refer to later. */
  protected readRaw(asMapKey: boolean): void {
    const { bytes } = this;
    const start = this.position + 1;
    this.skipString();
    const end = this.position - 1;
    this.rawStart = start;
    this.rawEnd = end;
    const first = bytes[start];
    if (first === caret) {
      if (end - start > 1 && bytes[start + 1] === space) return;
      const index = this.cache.indexOf(bytes, start, end);
      this.rawStart = this.cache.start(index);
      this.rawEnd = this.cache.end(index);
      this.standsAlone = false;
      if (!this.expand(this.rawEnd - this.rawStart)) throw this.#exhausted();
      if (this.inRecord) this.splices.push(start, this.rawStart, this.rawEnd);
      return;
    }
    if (first === backslash) this.#refuseHiddenTag(start);
    this.#remember(start, end, asMapKey);
  }

  #exhausted(): Exhausted {
    const { expansionBytesMax } = this.limits;
    return new Exhausted(
      `up to here the body's cache codes expand to more than ${expansionBytesMax} bytes; ` +
        "the rest was not read: send it in several bodies",
      this.position,
    );
  }

  /** Caches a string if transit does. */
  #remember(start: number, end: number, asMapKey: boolean): void {
    const { bytes } = this;
    const isCacheable = asMapKey || entersCache(bytes[start]!, bytes[start + 1]!);
    if (isCacheable && end - start >= cacheableCharsMin && isLongEnough(bytes, start, end))
      this.cache.remember(start, end);
  }

  /** Refuses a `~`, `^` or backtick that is written as an escape: it would begin a tag that nobody sees. */
  #refuseHiddenTag(start: number): void {
    const text = ascii.decode(this.bytes.subarray(start, start + 6)).toLowerCase();
    if (text === "\\u007e" || text === "\\u005e" || text === "\\u0060") {
      throw new Malformed("a transit tag written as a JSON escape: write ~, ^ and ` as they are", start);
    }
  }

  protected string(): Kind {
    const start = this.rawStart;
    const end = this.rawEnd;
    if (this.bytes[start] === caret)
      throw new Malformed('`"^ "` begins a map: it must be the first element of an array', start);
    // A single tilde is text, which strict readers require to be escaped.
    const isTilde = this.bytes[start] === tilde && end - start === 1;
    if (isTilde) this.markRewritten(1);
    if (this.bytes[start] !== tilde || isTilde) return this.scalar(Kind.text, start, end);
    return this.#tagged(start, end);
  }

  /** Reads a string of `~`, a tag's character and its text. */
  #tagged(start: number, end: number): Kind {
    const code = this.bytes[start + 1]!;
    const tag = scalarTags[code];
    if (tag === undefined) throw this.unknownTag(start, end);
    if (tag.kind === Kind.text) return this.scalar(Kind.text, start + 1, end);
    const from = start + 2;
    if (tag.form !== undefined) this.checkForm(code, tag, from, end);
    switch (tag.kind) {
      case Kind.instant:
        return this.#instant(code, from, end);
      case Kind.special:
        return this.#special(from, end);
      case Kind.boolean:
      case Kind.null: {
        const word = tag.kind === Kind.null ? "null" : this.bytes[from] === 0x74 ? "true" : "false";
        return this.computed(tag.kind, word);
      }
      case Kind.character:
        this.#checkCharacter(from, end);
        return this.scalar(tag.kind, from, end);
      default:
        return this.scalar(tag.kind, from, end);
    }
  }

  protected checkForm(code: number, tag: ScalarTag, start: number, end: number): void {
    const { form, kind, requires } = tag;
    const isRight =
      form === "integer"
        ? isInteger(this.bytes, start, end)
        : form === "base64"
          ? isBase64(this.bytes, start, end)
          : form?.test(this.#text(start, end));
    if (isRight === false) throw new Malformed(`~${String.fromCharCode(code)} requires ${requires}`, start);
    if (code === 0x69 && end - start >= int64Digits && !isInt64(this.#text(start, end))) {
      throw new Malformed("~i requires an integer of 64 bits: write a larger one as ~n", start);
    }
    if (kind === Kind.double) this.checkDouble(start, end);
  }

  /** Refuses a double that a transit reader would read as infinity. */
  protected checkDouble(start: number, end: number): void {
    if (isFiniteAt(this.bytes, start, end) || Number.isFinite(Number(this.#text(start, end)))) return;
    throw new Uncarriable("a number too large for a double: send it as ~f", start);
  }

  /** Returns tagged text, which is ASCII if it is valid. */
  #text(start: number, end: number): string {
    return ascii.decode(this.bytes.subarray(start, end));
  }

  #checkCharacter(start: number, end: number): void {
    if (end - start > characterBytesMax || [...stringOf(this.bytes, start, end)].length !== 1)
      throw new Malformed("~c requires one character", start);
  }

  #instant(code: number, start: number, end: number): Kind {
    const isDigits = code === 0x6d; // m
    const milliseconds = isDigits
      ? instantOfDigits(this.bytes, start, end)
      : instantOfText(this.#text(start, end), start);
    this.contentStart = start;
    this.contentEnd = end;
    this.growth += isoBytes;
    this.countDataPoint();
    this.visitor?.instant(milliseconds);
    return Kind.instant;
  }

  #special(start: number, end: number): Kind {
    if (this.inRecord) {
      throw new Uncarriable("NaN and infinities have no JSON form: send null, or omit the field", start);
    }
    return this.scalar(Kind.special, start, end);
  }

  /** Visits a scalar whose text is not in the body. */
  protected computed(kind: Kind, text: string): Kind {
    this.contentStart = this.contentEnd = this.position;
    this.countDataPoint();
    this.visitor?.scalar(kind, utf8.encode(text), 0, text.length);
    return kind;
  }

  protected isMapMarker(): boolean {
    return (
      this.rawEnd - this.rawStart === 2 &&
      this.bytes[this.rawStart] === caret &&
      this.bytes[this.rawStart + 1] === space
    );
  }

  protected isTag(): boolean {
    return (
      this.rawEnd - this.rawStart > 2 &&
      this.bytes[this.rawStart] === tilde &&
      this.bytes[this.rawStart + 1] === hash
    );
  }

  protected tagName(): string {
    return ascii.decode(this.bytes.subarray(this.rawStart + 2, this.rawEnd));
  }

  protected unknownTag(start: number, end: number): Malformed {
    const text = ascii.decode(this.bytes.subarray(start, Math.min(end, start + 2)));
    return new Uncarriable(`the unknown transit tag ${text}: send the value as a known type`, start);
  }

  protected noColumnName(position: number): Malformed {
    return new Uncarriable(
      "a map's key that is not a string, keyword or symbol can't name a column",
      position,
    );
  }
}

/** Returns whether a number is certain to be less than infinity as a double, by its length and exponent. */
function isFiniteAt(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at]! | lowerCaseBit) !== letterE) at++;
  if (at === end || bytes[at + 1] === minus) return end - start < doubleDigitsMax;
  const digits = bytes[at + 1] === plus ? at + 2 : at + 1;
  return at - start < shortCharsMax && end - digits <= shortExponentDigits;
}
