import { asDouble, compare, ExactNumber } from "./exact-number.ts";
import { type Members, namesOf } from "./members.ts";
import type { Spend } from "./patterns.ts";

/** What a step compares of two texts of one length. */
const charsPerStepBits = 8;

/** Whether parsed JSON is the same: numbers by value, with all their digits. */
export function isEqual(one: unknown, other: unknown, spend: Spend): boolean {
  spend(1 + (typeof one === "string" ? one.length >> charsPerStepBits : 0));
  const a = asDouble(one);
  const b = asDouble(other);
  if (a === b) return true;
  if (a instanceof ExactNumber || b instanceof ExactNumber)
    return a instanceof ExactNumber && b instanceof ExactNumber && compare(a, b) === 0;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((each, n) => isEqual(each, b[n], spend))
    );
  return isSameMembers(a as Members, b as Members, spend);
}

function isSameMembers(a: Members, b: Members, spend: Spend): boolean {
  const names = namesOf(a, spend);
  return (
    names.length === namesOf(b, spend).length &&
    names.every(name => Object.hasOwn(b, name) && isEqual(a[name], b[name], spend))
  );
}

/** Says whether a value is one of `values`. */
export function oneOf(values: readonly unknown[]): (value: unknown, spend: Spend) => boolean {
  const scalars = new Set(values.filter(isScalar));
  const exact = new Set(values.filter(each => each instanceof ExactNumber).map(keyOf));
  const others = values.filter(each => !isScalar(each) && !(each instanceof ExactNumber));
  return (given, spend) => {
    const value = asDouble(given);
    if (isScalar(value)) return scalars.has(value);
    if (value instanceof ExactNumber) return exact.has(keyOf(value));
    return others.some(each => isEqual(each, value, spend));
  };
}

const isScalar = (value: unknown) => typeof value !== "object" || value === null;
/** Equal for those that are the same number. */
export const keyOf = ({ decimal: { sign, digits, magnitude } }: ExactNumber) =>
  `${sign * magnitude}|${sign}|${digits}`;
