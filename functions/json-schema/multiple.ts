import { dot, nine, zero } from "../values/bytes.ts";
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

/** Returns how many decimal places the multiples of a power of ten have; undefined for other steps. */
export function placesOf(step: Numeric): number | undefined {
  const { sign, digits, magnitude } = decimalOf(step);
  return sign === 1 && digits === "1" && magnitude <= 1 ? 1 - magnitude : undefined;
}

/** Returns whether a number is written without an exponent and with at most so many decimal places. */
export function isOfPlaces(bytes: Uint8Array, start: number, end: number, places: number): boolean {
  let point = end;
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === dot) point = at;
    else if (byte < zero || byte > nine) return false;
  }
  return end - point - 1 <= places;
}
