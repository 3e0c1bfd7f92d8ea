import { dot, nine, zero } from "../values/bytes.ts";
import { isExactAt, powerOfTen } from "./double-at.ts";
import { type Decimal, decimalOf, ExactNumber, type Numeric } from "./exact-number.ts";

/** Digits are divided in parts of this size, which keeps the time linear. */
const digitsPerPart = 1_000;
/** The most bits that a decimal digit needs. */
const bitsPerDigit = 4;

/** Returns a check for multiples of `step` in decimal: 4.35 is a multiple of 0.01, although not in binary. */
export function multiplesOf(step: Numeric): (value: Numeric) => boolean {
  const decimal = decimalOf(step);
  // A destination may refuse a step of 0; its answer is reported.
  if (decimal.sign === 0) return () => true;
  const divisor = BigInt(decimal.digits);
  const lowest = lowestPlace(decimal);
  // The divisor has no more factors of two or five than this, so larger powers of ten change nothing.
  const shiftMax = bitsPerDigit * decimal.digits.length;
  return value => {
    if (Number.isSafeInteger(step) && Number.isSafeInteger(value))
      return (value as number) % (step as number) === 0;
    if (!(value instanceof ExactNumber) && !Number.isFinite(value)) return false;
    const of = decimalOf(value);
    const shift = lowestPlace(of) - lowest;
    // The value's last digit is not zero, but every multiple has zeros there.
    if (shift < 0) return of.sign === 0;
    const power = 10n ** BigInt(Math.min(shift, shiftMax));
    return (remainder(of.digits, divisor) * power) % divisor === 0n;
  };
}

/** Returns the power of ten of the last digit. */
const lowestPlace = ({ digits, magnitude }: Decimal) => magnitude - digits.length;

function remainder(digits: string, divisor: bigint): bigint {
  let rest = 0n;
  for (let i = 0; i < digits.length; i += digitsPerPart) {
    const part = digits.slice(i, i + digitsPerPart);
    rest = (rest * 10n ** BigInt(part.length) + BigInt(part)) % divisor;
  }
  return rest;
}

/** Remainders of a larger divisor, multiplied, may not be exact as doubles. */
const divisorMax = 2 ** 26;

/** Returns a check whether a JSON number is a multiple of `step`; undefined if its text does not tell. */
export function multipleByText(step: Numeric) {
  const decimal = decimalOf(step);
  const divisor = decimal.sign === 0 ? 0 : Number(decimal.digits);
  const lowest = lowestPlace(decimal);
  const isPowerOfTen = divisor === 1 && lowest <= 0;
  return (bytes: Uint8Array, start: number, end: number): boolean | undefined => {
    const places = placesAt(bytes, start, end);
    if (places === undefined || divisor === 0) return undefined;
    // A multiple of a power of ten has no more decimal places than it.
    if (isPowerOfTen && places <= -lowest) return true;
    if (!isExactAt(bytes, start, end) || divisor > divisorMax) return undefined;
    const shift = -places - lowest;
    const digits = digitsAt(bytes, start, end);
    const scale = powerOfTen(Math.abs(shift));
    if (scale === undefined) return undefined;
    if (shift >= 0) return ((digits % divisor) * (scale % divisor)) % divisor === 0;
    return digits % scale === 0 && (digits / scale) % divisor === 0;
  };
}

/** Returns the number of decimal places; undefined for a number with an exponent. */
function placesAt(bytes: Uint8Array, start: number, end: number): number | undefined {
  let point = end - 1;
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === dot) point = at;
    else if (byte < zero || byte > nine) return undefined;
  }
  return end - point - 1;
}

/** Returns the digits of a number without an exponent, as an integer. */
function digitsAt(bytes: Uint8Array, start: number, end: number): number {
  let digits = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= zero && byte <= nine) digits = 10 * digits + byte - zero;
  }
  return digits;
}
