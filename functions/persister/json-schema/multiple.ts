import { type Decimal, decimalOf, ExactNumber, type Numeric } from "./exact-number.ts";

/** As many digits at a time, so that the time grows with them and not with their square. */
const digitsPerPart = 1_000;

/** Says whether a value is a multiple of `step` as decimals are: 4.35 is one of 0.01, though not in binary. */
export function multiplesOf(step: Numeric): (value: Numeric) => boolean {
  const decimal = decimalOf(step);
  const divisor = BigInt(decimal.digits);
  const lowest = lowestPlace(decimal);
  return value => {
    if (Number.isSafeInteger(step) && Number.isSafeInteger(value))
      return (value as number) % (step as number) === 0;
    if (!(value instanceof ExactNumber) && !Number.isFinite(value)) return false;
    const of = decimalOf(value);
    const shift = lowestPlace(of) - lowest;
    // Its last digit is no zero, and every multiple has zeros there.
    if (shift < 0) return of.sign === 0;
    return (remainder(of.digits, divisor) * powerOfTen(shift, divisor)) % divisor === 0n;
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

/** 10^`exponent` modulo `divisor`: the power itself may be larger than memory. */
function powerOfTen(exponent: number, divisor: bigint): bigint {
  let power = 1n;
  let square = 10n % divisor;
  for (let left = BigInt(exponent); left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) power = (power * square) % divisor;
    square = (square * square) % divisor;
  }
  return power;
}
