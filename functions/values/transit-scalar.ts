import { backslash, equals, minus, nine, slash, zero } from "./bytes.ts";
import { Malformed } from "./scanner.ts";
import { Kind } from "./visitor.ts";

/** A tag after `~` in a string: transit-format, "Scalar types", and the table in docs/format.md. */
export interface ScalarTag {
  readonly kind: Kind;
  /** The form of the text after the tag; `requires` names it in messages. */
  readonly form?: RegExp | "integer" | "base64";
  readonly requires?: string;
}

const number = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const uuid = /^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const tags = new Map<string, ScalarTag>([
  ["~", { kind: Kind.text }],
  ["^", { kind: Kind.text }],
  ["`", { kind: Kind.text }],
  [":", { kind: Kind.keyword }],
  ["$", { kind: Kind.symbol }],
  ["i", { kind: Kind.integer, form: "integer", requires: "digits, such as ~i9007199254740993" }],
  ["n", { kind: Kind.bigInteger, form: "integer", requires: "digits, such as ~n12345678901234567890" }],
  ["f", { kind: Kind.decimal, form: number, requires: "a decimal, such as ~f12.3400" }],
  ["d", { kind: Kind.double, form: number, requires: "a number, such as ~d1.5" }],
  ["z", { kind: Kind.special, form: /^(NaN|INF|-INF)$/, requires: "NaN, INF or -INF" }],
  [
    "m",
    { kind: Kind.instant, form: "integer", requires: "milliseconds since 1970, such as ~m1468435557000" },
  ],
  ["t", { kind: Kind.instant, form: rfc3339, requires: "a date and time as in RFC 3339, with its zone" }],
  ["u", { kind: Kind.uuid, form: uuid, requires: "a UUID of 36 characters" }],
  ["b", { kind: Kind.bytes, form: "base64", requires: "base64 with padding" }],
  ["r", { kind: Kind.uri }],
  ["c", { kind: Kind.character }],
  ["?", { kind: Kind.boolean, form: /^[tf]$/, requires: "t or f" }],
  ["_", { kind: Kind.null, form: /^$/, requires: "nothing after it" }],
]);
export const scalarTags: readonly (ScalarTag | undefined)[] = Array.from({ length: 128 }, (_, code) =>
  tags.get(String.fromCharCode(code)),
);

const largestSafe = String(Number.MAX_SAFE_INTEGER);

/**
 * Returns whether every transit reader reads the integer `bytes[start, end)`, which has no leading zeros,
 * without loss if it is bare.
 */
export const isSafeAt = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start < largestSafe.length ||
  isUpTo(largestSafe, bytes, bytes[start] === minus ? start + 1 : start, end);

/** A sign and 19 digits. */
const int64CharsMax = 20;

/** Returns whether an integer's digits fit a signed integer of 64 bits. */
export const isInt64 = (digits: string) =>
  digits.length < 19 ||
  (digits.length <= int64CharsMax && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits));

const largest = "9223372036854775807";
const smallest = "9223372036854775808";

/** The same for a number of JSON, `bytes[start, end)`, which has no leading zeros. */
export function isInt64At(bytes: Uint8Array, start: number, end: number): boolean {
  const isNegative = bytes[start] === minus;
  return isUpTo(isNegative ? smallest : largest, bytes, isNegative ? start + 1 : start, end);
}

/** Returns whether the digits `bytes[start, end)` are at most `bound`. */
function isUpTo(bound: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== bound.length) return end - start < bound.length;
  for (let n = 0; n < bound.length; n++) {
    const difference = bytes[start + n]! - bound.charCodeAt(n);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** RFC 3339 has years of four digits; the Import API accepts 0001 to 9999. */
const firstInstant = Date.parse("0001-01-01T00:00:00.000Z");
const lastInstant = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Returns whether the bytes match `-?(0|[1-9][0-9]*)`, as most tagged values do, without allocating a string.
 */
export function isInteger(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] === minus ? start + 1 : start;
  if (first >= end || (bytes[first] === zero && end > first + 1)) return false;
  for (let i = first; i < end; i++) if (bytes[i]! < zero || bytes[i]! > nine) return false;
  return true;
}

const isBase64Digit = new Uint8Array(256).map((_, byte) =>
  /[A-Za-z0-9+/]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const base64GroupChars = 4;
const paddingMax = 2;

/**
 * Returns whether the bytes are base64 (RFC 4648) with padding; PHP writes "/" as "\/". A regular expression
 * with such alternatives needs a stack frame per character, and a text may have millions.
 */
export function isBase64(bytes: Uint8Array, start: number, end: number): boolean {
  let chars = 0;
  let at = start;
  for (; at < end && bytes[at] !== equals; at++, chars++) {
    if (bytes[at] === backslash && bytes[++at] !== slash) return false;
    if (isBase64Digit[bytes[at]!] !== 1) return false;
  }
  const padding = end - at;
  if (padding > paddingMax || (padding > 0 && bytes[end - 1] !== equals)) return false;
  return (chars + padding) % base64GroupChars === 0;
}

/** Parses the digits of `~m`, in ms since the epoch. Throws for a year outside 0001 to 9999. */
export function instantOfDigits(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === minus;
  let milliseconds = 0;
  for (let i = negative ? start + 1 : start; i < end; i++)
    milliseconds = 10 * milliseconds + bytes[i]! - zero;
  return checkInstant(negative ? -milliseconds : milliseconds, start);
}

/**
 * Parses the text of `~t`, in ms since the epoch. Throws for a date that does not exist, a fraction finer
 * than a millisecond and a year outside 0001 to 9999.
 */
export const instantOfText = (text: string, position: number) =>
  checkInstant(parseDate(text, position), position);

function checkInstant(milliseconds: number, position: number): number {
  if (milliseconds >= firstInstant && milliseconds <= lastInstant) return milliseconds;
  throw new Malformed("an instant that does not exist or is outside the years 0001 to 9999", position);
}

function parseDate(text: string, position: number): number {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  if (/[^0]/.test(fraction.slice(3))) {
    throw new Malformed("an instant finer than a millisecond would be cut: send it as a string", position);
  }
  const local = Date.parse(`${text.slice(0, 19)}Z`);
  // Some engines parse February 30 as March 1, others refuse it: compare the result with the text.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 19) !== text.slice(0, 19))
    return Number.NaN;
  return Date.parse(text.replace(/(\.\d{1,3})\d*/, "$1"));
}

/** The length of an instant as JSON text; in transit it may be shorter. */
export const isoBytes = 26;

/** Formats a UUID from transit's two signed 64-bit halves. */
export function uuidOf(high: string, low: string): string {
  const hex = [high, low]
    .map(half => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, "0"))
    .join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
