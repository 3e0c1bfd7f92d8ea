import type { ByteWriter } from "./byte-writer.ts";
import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from "./bytes.ts";
import { Kind, type Visitor } from "./visitor.ts";

/** Thrown for a value without a JSON form: NaN, infinities, and maps with keys that are not names. */
export class NotInJson extends Error {
  override readonly name = "NotInJson";
}

/** Writes the value it visits as JSON, by the table in docs/format.md. Digits are unchanged. */
export class JsonWriter implements Visitor {
  readonly #out: ByteWriter;
  #first = true;
  #afterKey = false;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#separate();
    if (kind === Kind.special) throw new NotInJson("NaN and infinities have no JSON form");
    if (kind <= Kind.decimal) this.#out.copy(bytes, start, end);
    else this.#quoted(bytes, start, end);
  }

  instant(milliseconds: number): void {
    this.#separate();
    this.#out.ascii(`"${new Date(milliseconds).toISOString()}"`);
  }

  open(kind: Kind): void {
    if (kind === Kind.cmap) throw new NotInJson("a map with composite keys has no JSON form");
    this.#separate();
    this.#out.byte(kind === Kind.map ? openBrace : openBracket);
    this.#first = true;
  }

  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (kind !== Kind.text && kind !== Kind.keyword && kind !== Kind.symbol) {
      throw new NotInJson("a map's key that is not a string, keyword or symbol has no JSON form");
    }
    this.#separate();
    this.#quoted(bytes, start, end);
    this.#out.byte(colon);
    this.#afterKey = true;
  }

  close(kind: Kind): void {
    this.#out.byte(kind === Kind.map ? closeBrace : closeBracket);
    this.#first = false;
  }

  #quoted(bytes: Uint8Array, start: number, end: number): void {
    this.#out.byte(quote);
    this.#out.copy(bytes, start, end);
    this.#out.byte(quote);
  }

  #separate(): void {
    if (!this.#first && !this.#afterKey) this.#out.byte(comma);
    this.#first = false;
    this.#afterKey = false;
  }
}
