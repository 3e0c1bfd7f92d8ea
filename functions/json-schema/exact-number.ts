import { isInt64 } from "../values/transit-scalar.ts";

/** ±0.`digits` × 10^`magnitude`; the digits neither begin nor end with a zero, and are none for zero itself. */
export interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly magnitude: number;
}

/** A number that a double alone would not tell: one that it rounds, or one that is whole and not written as an integer, `5.0`. */
export class ExactNumber {
  readonly text: string;
  /** The double that is this very number; undefined where there is none. */
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

  /** Whether it is an integer as the Import API has them: digits alone, of 64 bits, import-api.md section 2. */
  get isInteger(): boolean {
    return isDigits(this.text) && isInt64(this.text);
  }

  toString(): string {
    return this.text;
  }
}

export type Numeric = number | ExactNumber;

/** Numbers of fewer characters, but for those with an exponent, are as doubles are. */
const longMin = 16;
const int64End = 2 ** 63;

/** A JSON number: its value, and whether it is written as an integer. */
export function numberAsWritten(text: string): Numeric {
  const double = Number(text);
  if (!isKept(text, double)) return new ExactNumber(text, undefined);
  if (!Number.isInteger(double)) return double;
  // That the literal -2^63 is one, the double does not tell.
  return Math.abs(double) < int64End && isDigits(text) ? double : new ExactNumber(text, double);
}

/** The same number as a double, if there is one. */
export const asDouble = (value: unknown): unknown =>
  value instanceof ExactNumber ? (value.double ?? value) : value;

/** Whether the double that a number is read as has its value. */
function isKept(text: string, double: number): boolean {
  if (text.length < longMin && !hasExponent(text)) return true;
  // What is as a double is written is not rounded: most long numbers have been one.
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

/** Equal for numbers that are the same: by value, or as Java's classes have them, where `1.0` is a Double and `1` is not. */
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

/** A number as its text has it, a double as its shortest. */
export const decimalOf = (value: Numeric): Decimal =>
  value instanceof ExactNumber ? value.decimal : decimalOfText(`${value}`);

/** Below zero where `a` is less than `b`, above zero where it is more. */
export function compare(a: Numeric, b: Numeric): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareDecimals(decimalOf(a), decimalOf(b));
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
