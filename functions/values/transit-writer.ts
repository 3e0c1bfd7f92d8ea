import type { ByteWriter } from "./byte-writer.ts";
import {
  backslash,
  backtick,
  caret,
  closeBracket,
  comma,
  dot,
  letterE,
  letterU,
  lowerCaseBit,
  quote,
  tilde,
} from "./bytes.ts";
import { stringOf } from "./scanner.ts";
import { isInt64At, isSafeAt } from "./transit-scalar.ts";
import { Kind, type Visitor } from "./visitor.ts";

/**
 * The prefix of a scalar's text in a string. Numbers, true, false, null and text are written without a table.
 */
const prefixes: Partial<Record<Kind, string>> = {
  [Kind.bigInteger]: "~n",
  [Kind.decimal]: "~f",
  [Kind.special]: "~z",
  [Kind.uuid]: "~u",
  [Kind.uri]: "~r",
  [Kind.bytes]: "~b",
  [Kind.keyword]: "~:",
  [Kind.symbol]: "~$",
  [Kind.character]: "~c",
};
const containers: Partial<Record<Kind, string>> = {
  [Kind.map]: '["^ "',
  [Kind.array]: "[",
  [Kind.set]: '["~#set",[',
  [Kind.list]: '["~#list",[',
  [Kind.cmap]: '["~#cmap",[',
};

/**
 * Writes the value it visits as compact transit-JSON without cache codes, so that its meaning does not depend
 * on its place. A scalar at the top is quoted.
 */
export class TransitWriter implements Visitor {
  readonly #out: ByteWriter;
  #first = true;
  #depth = 0;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#quoteTop(() => this.#scalar(kind, bytes, start, end));
  }

  instant(milliseconds: number): void {
    this.#quoteTop(() => this.#out.ascii(`"~m${milliseconds}"`));
  }

  open(kind: Kind): void {
    this.#separate();
    this.#depth++;
    this.#out.ascii(containers[kind]!);
    this.#first = kind !== Kind.map;
  }

  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#separate();
    // A key of any other kind includes its tag; a bare number becomes a tagged one.
    if (kind === Kind.text || kind === Kind.keyword || kind === Kind.symbol)
      this.#scalar(kind, bytes, start, end);
    else if (bytes[start] === tilde) this.#string("", bytes, start, end);
    else this.#string(looksIntegral(bytes, start, end) ? "~i" : "~d", bytes, start, end);
  }

  close(kind: Kind): void {
    this.#depth--;
    this.#out.ascii(kind === Kind.map || kind === Kind.array ? "]" : "]]");
    this.#first = false;
  }

  #scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const prefix = prefixes[kind];
    if (prefix !== undefined) this.#string(prefix, bytes, start, end);
    else if (kind === Kind.text) this.#string(isReserved(bytes, start, end) ? "~" : "", bytes, start, end);
    else if (kind === Kind.integer && !isSafeAt(bytes, start, end))
      this.#string(isInt64At(bytes, start, end) ? "~i" : "~n", bytes, start, end);
    else if (kind === Kind.double && looksIntegral(bytes, start, end)) this.#string("~d", bytes, start, end);
    else this.#out.copy(bytes, start, end);
  }

  #string(prefix: string, bytes: Uint8Array, start: number, end: number): void {
    this.#out.byte(quote);
    this.#out.ascii(prefix);
    this.#out.copy(bytes, start, end);
    this.#out.byte(quote);
  }

  #quoteTop(write: () => void): void {
    this.#separate();
    if (this.#depth > 0) return write();
    this.#out.ascii('["~#\'",');
    write();
    this.#out.byte(closeBracket);
  }

  #separate(): void {
    if (!this.#first) this.#out.byte(comma);
    this.#first = false;
  }
}

/** Text that begins like a tag, even as a JSON escape, is escaped by a tilde: transit-format, "Strings". */
function isReserved(bytes: Uint8Array, start: number, end: number): boolean {
  const escaped = bytes[start] === backslash && bytes[start + 1] === letterU;
  const first = escaped ? stringOf(bytes, start, start + escapeBytes).charCodeAt(0) : bytes[start]!;
  return end > start && (first === tilde || first === caret || first === backtick);
}
/** `\\uXXXX` */
const escapeBytes = 6;

/** Returns whether a double's text has neither point nor exponent: it would be read as an integer. */
const looksIntegral = (bytes: Uint8Array, start: number, end: number) => {
  for (let i = start; i < end; i++)
    if (bytes[i] === dot || (bytes[i]! | lowerCaseBit) === letterE) return false;
  return true;
};
