import { backslash, letterE, lowerCaseBit } from "../values/bytes.ts";
import { stringOf } from "../values/scanner.ts";

/**
 * numeric has up to 131072 digits before its point and 16383 after it:
 * postgresql.org/docs/current/datatype-numeric.html
 */
const wholeDigitsMax = 131_072;
const fractionDigitsMax = 16_383;
/** A number of at most so many characters without an exponent always fits. */
const surelyNumericChars = 1_000;

const ascii = new TextDecoder("latin1");

/** Returns whether numeric holds a number, given as JSON writes it. */
export function isNumeric(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= surelyNumericChars && !holdsExponent(bytes, start, end)) return true;
  const text = ascii.decode(bytes.subarray(start, end));
  const [, whole = "", fraction = "", power = "0"] = /^-?(\d*)(?:\.(\d+))?(?:[eE](.+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`;
  const first = digits.search(/[1-9]/);
  const exponent = Number(power);
  const wholeDigits = first === -1 ? 0 : whole.length - first + exponent;
  return wholeDigits <= wholeDigitsMax && fraction.length - exponent <= fractionDigitsMax;
}

function holdsExponent(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at]! | lowerCaseBit) === letterE) return true;
  return false;
}

const halfPair = /\p{Surrogate}/u;

/** Returns why PostgreSQL can't store a JSON string's raw content; undefined if it can. */
export function textFault(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (bytes.subarray(start, end).indexOf(backslash) === -1) return undefined;
  const text = stringOf(bytes, start, end);
  if (text.includes("\0")) return "NUL (\\u0000), which PostgreSQL can't store in a text: remove it";
  return halfPair.test(text)
    ? "half a surrogate pair, which UTF-8 can't hold: remove it, or send the whole character"
    : undefined;
}

/** Returns whether some text in a body may have a fault: it has an escape of NUL or of a surrogate. */
export function mayHoldTextFaults(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  // Most bodies have no such escape at all, so that one search is enough.
  return bytes.includes("\\u") && ["\\u0000", "\\ud", "\\uD"].some(each => bytes.includes(each));
}
