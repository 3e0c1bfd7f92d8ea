import { backslash, letterU, offsetOf, quote, wordBytes } from "./bytes.ts";

/** The bytes of a string that are not its end, an escape or a control: RFC 8259 section 7. */
const plainBytes = new Uint8Array(256).map((_, byte) =>
  byte >= 0x20 && byte !== quote && byte !== backslash ? 1 : 0,
);

/**
 * Sets the top bit of each of four bytes that is a control, a quote or a backslash, by a subtraction. The bit
 * 0x02 is inverted so that the quote, 0x22, follows the controls and one subtraction finds both. Bytes beyond
 * ASCII have the bit anyway, or may get it.
 */
const marked = (word: number) => ((word ^ 0x02020202) - 0x21212121) | ((word ^ 0x5c5c5c5c) - 0x01010101);
/** Return zero if four bytes are all plain, or plain and of ASCII. */
const notPlain = (word: number) => marked(word) & ~word & 0x80808080;
const notPlainAscii = (word: number) => (marked(word) | word) & 0x80808080;

/** Returns the index of the lowest byte that is not zero. */
const lowestByte = (word: number) => (31 - Math.clz32(word & -word)) >> 3;

/** The characters that may follow a backslash, except `u`: RFC 8259 section 7. */
const shortEscapes = new Uint8Array(256).map((_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** The length of an escape like `\u00e9`. */
export const unitEscapeBytes = 6;
/** The values of hexadecimal digits; -1 for other bytes. */
const hexDigits = new Int8Array(256).map((_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? -1 : value;
});

/**
 * Returns the first byte, from `start`, that is not plain, or beyond ASCII; in the last bytes of the body
 * perhaps one before it. It is short, so that the engine puts it into the loops over members.
 */
export function endOfRun(view: DataView, start: number): number {
  let at = start;
  for (const last = view.byteLength - wordBytes; at <= last; at = (at + wordBytes) | 0) {
    const found = notPlainAscii(view.getInt32(at, true));
    if (found !== 0) return at + lowestByte(found);
  }
  return at;
}

/**
 * Returns the first byte of a string, from `start`, that is neither plain nor part of an escape, except for
 * half a surrogate pair.
 */
export function endOfPlain(bytes: Uint8Array, view: DataView, start: number): number {
  const lastPair = bytes.length - 2 * wordBytes;
  for (let at = start; ; ) {
    for (; at <= lastPair; at += 2 * wordBytes) {
      const first = notPlain(view.getInt32(at, true));
      const second = notPlain(view.getInt32(at + wordBytes, true));
      if ((first | second) === 0) continue;
      // Only bytes after the first one that is not plain may be found by mistake.
      at += first !== 0 ? lowestByte(first) : wordBytes + lowestByte(second);
      break;
    }
    while (plainBytes[bytes[at]!] === 1) at++;
    if (bytes[at] !== backslash) return at;
    // Python escapes each character beyond ASCII, so escapes follow each other.
    do {
      const length = lengthOfEscape(bytes, at);
      if (length === 0) return at;
      at += length;
    } while (bytes[at] === backslash);
  }
}

/** Returns the length of the escape at `at`; 0 for half a surrogate pair, and for one that is not valid. */
function lengthOfEscape(bytes: Uint8Array, at: number): number {
  const kind = bytes[at + 1]!;
  if (kind !== letterU) return shortEscapes[kind]! << 1;
  const unit = unitAt(bytes, at + 2);
  return unit < 0 || (unit >= 0xd800 && unit <= 0xdfff) ? 0 : unitEscapeBytes;
}

/** Returns the number of four hexadecimal digits; negative if they are not. */
export const unitAt = (bytes: Uint8Array, at: number): number =>
  (hexDigits[bytes[at]!]! << 12) |
  (hexDigits[bytes[at + 1]!]! << 8) |
  (hexDigits[bytes[at + 2]!]! << 4) |
  hexDigits[bytes[at + 3]!]!;

/** Returns 0 if four bytes have no quote or backslash; otherwise the lowest bit set is of the first one. */
export function endsIn(word: number): number {
  const quotes = word ^ 0x22222222;
  const escapes = word ^ 0x5c5c5c5c;
  return (((quotes - 0x01010101) & ~quotes) | ((escapes - 0x01010101) & ~escapes)) & 0x80808080;
}

/** Returns the closing quote of a string that is known to be valid; `start` is within its content. */
export function endOfContent(bytes: Uint8Array, start: number): number {
  let at = start;
  for (const near = start + nearBytes; at < near; at += bytes[at] === backslash ? 2 : 1)
    if (bytes[at] === quote) return at;
  // In a long text the engine is faster.
  for (;;) {
    const end = offsetOf(bytes, quote, at);
    let first = end;
    while (first > at && bytes[first - 1] === backslash) first--;
    if (((end - first) & 1) === 0) return end;
    at = end + 1;
  }
}
const nearBytes = 64;

/** Returns the first quote or backslash, from `start`, of a string that is known to be valid. */
export function endOrEscape(bytes: Uint8Array, view: DataView, start: number): number {
  let at = start;
  for (const last = bytes.length - wordBytes; at <= last; at += wordBytes) {
    const found = endsIn(view.getInt32(at, true));
    if (found !== 0) return at + lowestByte(found);
  }
  while (bytes[at] !== quote && bytes[at] !== backslash) at++;
  return at;
}
