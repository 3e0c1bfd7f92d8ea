import { type Decimal, decimalOf, ExactNumber, type Numeric } from "./exact-number.ts";

/** As many digits at a time, so that the time grows with them and not with their square. */
const digitsPerPart = 1_000;
/** As many as a digit stands for at most. */
const bitsPerDigit = 4;

/** Says whether a value is a multiple of `step` as decimals are: 4.35 is one of 0.01, though not in binary. */
export function multiplesOf(step: Numeric): (value: Numeric) => boolean {
  const decimal = decimalOf(step);
  // A destination may fail on it; what it answers is reported.
  if (decimal.sign === 0) return () => true;
  const divisor = BigInt(decimal.digits);
  const lowest = lowestPlace(decimal);
  // No more twos, and no more fives, are in the divisor: whether a power of ten is left over does not change beyond.
  const shiftMax = bitsPerDigit * decimal.digits.length;
  return value => {
    if (Number.isSafeInteger(step) && Number.isSafeInteger(value))
      return (value as number) % (step as number) === 0;
    if (!(value instanceof ExactNumber) && !Number.isFinite(value)) return false;
    const of = decimalOf(value);
    const shift = lowestPlace(of) - lowest;
    // Its last digit is no zero, and every multiple has zeros there.
    if (shift < 0) return of.sign === 0;
    const power = 10n ** BigInt(Math.min(shift, shiftMax));
    return (remainder(of.digits, divisor) * power) % divisor === 0n;
  };
}

/** The power of ten that the last digit counts. */
const lowestPlace = ({ digits, magnitude }: Decimal) => magnitude - digits.length;

function remainder(digits: string, divisor: bigint): bigint {
  let rest = 0n;
  for (let i = 0; i < digits.length; i += digitsPerPart) {
    const part = digits.slice(i, i + digitsPerPart);
    rest = (rest * 10n ** BigInt(part.length) + BigInt(part)) % divisor;
  }
  return rest;
}
