import { parse } from "lossless-json";

/** ±0.`digits` × 10^`magnitude`; the digits neither begin nor end with a zero, and are none for zero itself. */
export interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly magnitude: number;
}

/** A number that a double would round; no ExactNumber equals a plain number. */
export class ExactNumber {
  readonly text: string;
  readonly decimal: Decimal;

  constructor(text: string, decimal: Decimal) {
    this.text = text;
    this.decimal = decimal;
  }

  toString(): string {
    return this.text;
  }
}

export type Numeric = number | ExactNumber;

/** An exponent that a double might not keep. It may be within a text. */
const largeExponent = /\d[eE][+-]?\d{3,}[\s,}\]]/;
/** Numbers of fewer characters, leaving out the exponent, are as doubles are. */
const longMin = 16;

/** As JSON.parse, but that numbers keep all their digits. `text` is JSON of an object. */
export function parseExactly(text: string): unknown {
  // JSON.parse takes a fraction of the time.
  if (!hasExactNumber(text)) return JSON.parse(text);
  return parse(text, undefined, { parseNumber: numericOf, onDuplicateKey: ({ newValue }) => newValue });
}

/** May say so for the sake of a text that holds such a number. */
function hasExactNumber(text: string): boolean {
  // A run of so many characters holds one of these places, wherever it begins.
  for (let at = longMin - 1; at < text.length; at += longMin) {
    if (!isDigitOrPoint(text.charCodeAt(at))) continue;
    let start = at;
    while (at - start < longMin && isDigitOrPoint(text.charCodeAt(start - 1))) start--;
    let end = at + 1;
    while (isDigitOrPoint(text.charCodeAt(end))) end++;
    if (end - start < longMin) continue;
    while (isOfExponent(text.charCodeAt(end))) end++;
    if (text[start - 1] !== '"' && isRounded(text.slice(start, end))) return true;
    at = end;
  }
  return largeExponent.test(text);
}

const isDigitOrPoint = (code: number) => (code >= 48 && code <= 57) || code === 46;
/** Digits, signs, and either e. */
const isOfExponent = (code: number) =>
  (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 69 || code === 101;

/** What is as a double is written is not rounded: most long numbers have been one. */
const isRounded = (number: string) =>
  `${Number(number)}` !== number && numericOf(number) instanceof ExactNumber;

function numericOf(text: string): Numeric {
  const double = Number(text);
  const decimal = decimalOfText(text);
  const isKept = Number.isFinite(double) && compareDecimals(decimal, decimalOf(double)) === 0;
  return isKept ? double : new ExactNumber(text, decimal);
}

export const isNumeric = (value: unknown): value is Numeric =>
  typeof value === "number" || value instanceof ExactNumber;

/** A number as its text has it, a double as its shortest. */
export const decimalOf = (value: Numeric): Decimal =>
  value instanceof ExactNumber ? value.decimal : decimalOfText(`${value}`);

/** Below zero where `a` is less than `b`, above zero where it is more. */
export function compare(a: Numeric, b: Numeric): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareDecimals(decimalOf(a), decimalOf(b));
}

/** Whether it has no fraction; 1.0 has none. */
export function isIntegral(value: Numeric): boolean {
  if (typeof value === "number") return Number.isInteger(value);
  return value.decimal.magnitude >= value.decimal.digits.length;
}

const zero: Decimal = { sign: 0, digits: "", magnitude: 0 };
/** Numbers whose exponents are beyond it count as equal, if their digits are. */
const exponentMax = 1e15;

function decimalOfText(text: string): Decimal {
  const [, minus, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(text) ?? [];
  const all = whole + fraction;
  let start = 0;
  while (all[start] === "0") start++;
  if (start === all.length) return zero;
  let end = all.length;
  while (all[end - 1] === "0") end--;
  const bounded = Math.max(-exponentMax, Math.min(exponentMax, Number(exponent)));
  return {
    sign: minus === "" ? 1 : -1,
    digits: all.slice(start, end),
    magnitude: whole.length - start + bounded,
  };
}

function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.magnitude !== b.magnitude) return a.sign * (a.magnitude - b.magnitude);
  if (a.digits === b.digits) return 0;
  return a.digits < b.digits ? -a.sign : a.sign;
}
