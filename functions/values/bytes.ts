/** The ASCII characters of the format's grammars. */
export const tab = 0x09;
export const newline = 0x0a;
export const carriageReturn = 0x0d;
export const space = 0x20;
export const quote = 0x22;
export const hash = 0x23;
export const dollar = 0x24;
export const plus = 0x2b;
export const comma = 0x2c;
export const minus = 0x2d;
export const dot = 0x2e;
export const slash = 0x2f;
export const zero = 0x30;
export const nine = 0x39;
export const colon = 0x3a;
export const equals = 0x3d;
export const openBracket = 0x5b;
export const backslash = 0x5c;
export const closeBracket = 0x5d;
export const caret = 0x5e;
export const underscore = 0x5f;
export const backtick = 0x60;
export const letterE = 0x65;
export const letterU = 0x75;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const tilde = 0x7e;
/** Setting this bit in a letter's byte makes the letter lower-case. */
export const lowerCaseBit = 0x20;

/** The size of an integer that a DataView reads at once: bytes are compared and copied by words. */
export const wordBytes = 4;

/**
 * Returns the offset of a byte, from `start`; -1 without one. A Uint8Array's indexOf takes four times as
 * long.
 */
export const offsetOf = (bytes: Uint8Array, byte: number, start: number): number =>
  Buffer.prototype.indexOf.call(bytes, byte, start);

/** Returns whether a byte may be part of a number: digits, a point, signs, and either e. */
export const isOfNumber = (byte: number): boolean =>
  (byte >= zero && byte <= nine) ||
  byte === dot ||
  (byte | lowerCaseBit) === letterE ||
  byte === plus ||
  byte === minus;

/** Returns whether a byte may separate a line's tokens. */
export const isBlank = (byte: number) => byte === space || byte === tab || byte === carriageReturn;

/** Returns whether `bytes[start, end)` equals `other`. */
export function isSame(bytes: Uint8Array, start: number, end: number, other: Uint8Array): boolean {
  if (end - start !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (bytes[start + i] !== other[i]) return false;
  return true;
}

/** Returns whether `bytes[start, end)` equals `bytes[otherStart, otherEnd)`. */
export function isRepeated(
  bytes: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let at = start, other = otherStart; at < end; at++, other++)
    if (bytes[at] !== bytes[other]) return false;
  return true;
}

/** Returns whether a string's content has a JSON escape, so that its bytes are not its text. */
export function holdsEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return true;
  return false;
}
