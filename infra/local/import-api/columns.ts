import { Instant } from "./instants.ts";
import { Digits, decimalOf, isInt64, toJson, type Value } from "./values.ts";

const decimalDigitsMax = 38;
const kinds = { boolean: "B", instant: "T", nested: "J", text: "S" } as const;
/**
 * DuckDB's types of numbers. A column has the first that holds all its numbers. A number's kind is the sum of
 * the types that hold it, in hexadecimal.
 */
const fits = { BIGINT: 1, HUGEINT: 2, DOUBLE: 4, DECIMAL: 8 } as const;

/**
 * Returns a value as a letter for its kind, and text that casts to that kind's types without losing digits.
 */
export function cellOf(value: Value): string | null {
  if (value === null) return null;
  if (typeof value === "string") return kinds.text + value;
  if (value instanceof Digits) return kindOfNumber(value) + value.text;
  if (typeof value === "boolean") return kinds.boolean + value;
  if (value instanceof Instant) return kinds.instant + value;
  return kinds.nested + toJson(value);
}

/** Integers of at most 15 digits, which each type holds. */
const smallInteger = /^-?(?:0|[1-9]\d{0,14})$/;
const everyType = (fits.BIGINT + fits.HUGEINT + fits.DOUBLE + fits.DECIMAL).toString(16);

function kindOfNumber(value: Digits): string {
  if (!value.decimal && smallInteger.test(value.text)) return everyType;
  const isInteger = /^-?\d+$/.test(value.text);
  const sum =
    (isInt64(value) ? fits.BIGINT : 0) +
    (isInteger && fitsInt128(value.text) ? fits.HUGEINT : 0) +
    (isExactDouble(value) ? fits.DOUBLE : 0) +
    (decimalOf(value.text) === undefined ? 0 : fits.DECIMAL);
  return sum.toString(16);
}

const fitsInt128 = (digits: string) =>
  digits.length < decimalDigitsMax || BigInt.asIntN(128, BigInt(digits)) === BigInt(digits);

/**
 * Returns whether a double prints as the same decimal in any spelling: 1e-05 is 0.00001. Transit's decimals
 * stay decimals.
 */
function isExactDouble({ text, decimal }: Digits): boolean {
  if (decimal) return false;
  const [written, printed] = [decimalOf(text), decimalOf(String(Number(text)))];
  return written?.digits === printed?.digits && written?.exponent === printed?.exponent;
}

/**
 * Returns the type that holds all values of these kinds without losing digits; VARCHAR if there is no
 * other. A DECIMAL still needs its number of digits.
 */
export function columnTypeOf(found: readonly string[]): string {
  const all = (kind: string) => found.length > 0 && found.every(each => each === kind);
  if (all(kinds.boolean)) return "BOOLEAN";
  if (all(kinds.instant)) return "TIMESTAMPTZ";
  if (all(kinds.nested)) return "JSON";
  const common = found.length === 0 ? 0 : found.map(bitsOf).reduce((left, right) => left & right);
  return Object.entries(fits).find(([, bit]) => common & bit)?.[0] ?? "VARCHAR";
}

const bitsOf = (kind: string) => (/^[\da-f]$/.test(kind) ? Number.parseInt(kind, 16) : 0);

/** Returns the type of decimals with at most so many digits before and after the point. */
export const decimalTypeOf = (whole: number, scale: number): string =>
  whole + scale > decimalDigitsMax ? "VARCHAR" : `DECIMAL(${Math.max(1, whole + scale)},${scale})`;
