import { isInt64 } from "../values/transit-scalar.ts";

/** ±0.`digits` × 10^`magnitude`. The digits neither begin nor end with a zero, and are empty for zero. */
export interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly magnitude: number;
}

/**
 * A number that a double can't represent: one that it rounds, or a whole one not written as an integer,
 * `5.0`.
 */
export class ExactNumber {
  readonly text: string;
  /** The double with exactly this value; undefined if there is none. */
  readonly double: number | undefined;
  #decimal: Decimal | undefined;

  constructor(text: string, double: number | undefined) {
    this.text = text;
    this.double = double;
  }

  get decimal(): Decimal {
    this.#decimal ??= decimalOfText(this.text);
    return this.#decimal;
  }

  /** Whether it is an integer to the Import API: digits only, of 64 bits, import-api.md section 2. */
  get isInteger(): boolean {
    return isDigits(this.text) && isInt64(this.text);
  }

  toString(): string {
    return this.text;
  }
}

export type Numeric = number | ExactNumber;

/** Shorter numbers without an exponent are exact as doubles. */
const longMin = 16;
const int64End = 2 ** 63;

/** Reads a JSON number: its value, and whether it is written as an integer. */
export function numberAsWritten(text: string): Numeric {
  const double = Number(text);
  if (!isKept(text, double)) return new ExactNumber(text, undefined);
  if (!Number.isInteger(double)) return double;
  // A double can't tell whether the literal is exactly -2^63.
  return Math.abs(double) < int64End && isDigits(text) ? double : new ExactNumber(text, double);
}

/** Returns the same number as a double, if there is one. */
export const asDouble = (value: unknown): unknown =>
  value instanceof ExactNumber ? (value.double ?? value) : value;

/** Returns whether reading a number as a double keeps its value. */
function isKept(text: string, double: number): boolean {
  if (text.length < longMin && !hasExponent(text)) return true;
  // A text that equals the double's own text was not rounded: most long numbers were doubles once.
  if (`${double}` === text) return true;
  return Number.isFinite(double) && compareDecimals(decimalOfText(text), decimalOf(double)) === 0;
}

const hasExponent = (text: string) => text.includes("e") || text.includes("E");

function isDigits(text: string): boolean {
  for (let at = text.charCodeAt(0) === 45 ? 1 : 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/**
 * Returns a text that is equal for equal numbers: by value, or by Java's classes, where `1.0` is a Double and
 * `1` is not.
 */
export function keyOf(value: Numeric, isJava: boolean): string {
  if (isJava) return isWhole(value) ? `${value}` : `double ${Number(`${value}`)}`;
  const exact = asDouble(value);
  // -0 is 0.
  if (!(exact instanceof ExactNumber)) return JSON.stringify(exact);
  const { sign, digits, magnitude } = exact.decimal;
  return `${sign * magnitude}|${sign}|${digits}`;
}

const isWhole = (value: Numeric) =>
  value instanceof ExactNumber ? isDigits(value.text) : Number.isInteger(value);

export const isNumeric = (value: unknown): value is Numeric =>
  typeof value === "number" || value instanceof ExactNumber;

/** Returns a number's decimal digits; a double's are its shortest. */
export const decimalOf = (value: Numeric): Decimal =>
  value instanceof ExactNumber ? value.decimal : decimalOfText(`${value}`);

/** Returns a negative number if `a` is less than `b`, a positive one if it is greater. */
export function compare(a: Numeric, b: Numeric): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareDecimals(decimalOf(a), decimalOf(b));
}

const zero: Decimal = { sign: 0, digits: "", magnitude: 0 };
/** Numbers with larger exponents and the same digits count as equal. */
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
