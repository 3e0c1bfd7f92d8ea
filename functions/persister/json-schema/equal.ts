import { asDouble, compare, ExactNumber } from "./exact-number.ts";

/** Whether parsed JSON is the same: numbers by value, with all their digits. */
export function isEqual(one: unknown, other: unknown): boolean {
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
      a.every((each, n) => isEqual(each, b[n]))
    );
  return isSameMembers(a as Members, b as Members);
}

type Members = Readonly<Record<string, unknown>>;

function isSameMembers(a: Members, b: Members): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(name => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}

/** Says whether a value is one of `values`. */
export function oneOf(values: readonly unknown[]): (value: unknown) => boolean {
  const scalars = new Set(values.filter(isScalar));
  const exact = new Set(values.filter(each => each instanceof ExactNumber).map(keyOf));
  const others = values.filter(each => !isScalar(each) && !(each instanceof ExactNumber));
  return given => {
    const value = asDouble(given);
    if (isScalar(value)) return scalars.has(value);
    if (value instanceof ExactNumber) return exact.has(keyOf(value));
    return others.some(each => isEqual(each, value));
  };
}

/** How many of `values` are compared one by one. */
export const comparedOf = (values: readonly unknown[]): number =>
  values.filter(each => !isScalar(each)).length;

const isScalar = (value: unknown) => typeof value !== "object" || value === null;
/** Equal for those that are the same number. */
export const keyOf = ({ decimal: { sign, digits, magnitude } }: ExactNumber) =>
  `${sign * magnitude}|${sign}|${digits}`;
