/** A number as its shortest decimal has it: `digits` × 10^`exponent`. */
function decimalOf(value: number): { digits: bigint; exponent: number } {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e(.+))?$/.exec(
    `${value}`,
  )!;
  return { digits: BigInt(`${sign}${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}

/** Whether `value` is a multiple of `step` as decimals are: 4.35 is one of 0.01, though not in binary. */
export function isMultiple(step: number, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const [a, b] = [decimalOf(value), decimalOf(step)];
  const least = Math.min(a.exponent, b.exponent);
  const scaled = ({ digits, exponent }: typeof a) => digits * 10n ** BigInt(exponent - least);
  return scaled(a) % scaled(b) === 0n;
}
