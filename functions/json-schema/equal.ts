import type { Spend } from "./budget.ts";
import { isNumeric, keyOf } from "./exact-number.ts";
import { type Members, namesOf } from "./members.ts";

/** A step compares this many characters of two texts of the same length, as a power of two. */
const charsPerStepBits = 8;

/** Returns whether two parsed JSON values are equal, and spends the cost. */
export type Equality = (one: unknown, other: unknown, spend: Spend) => boolean;

const byValue = equality(false);
const byClass = equality(true);

/** Compares numbers by value, without losing precision, or by Java's classes. */
export const equalityOf = (isJava: boolean): Equality => (isJava ? byClass : byValue);

function equality(isJava: boolean): Equality {
  const isEqual: Equality = (a, b, spend) => {
    spend(1 + (typeof a === "string" ? a.length >> charsPerStepBits : 0));
    if (a === b) return true;
    if (isNumeric(a) || isNumeric(b))
      return isNumeric(a) && isNumeric(b) && keyOf(a, isJava) === keyOf(b, isJava);
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    if (!Array.isArray(a) && !Array.isArray(b)) return isSameMembers(a as Members, b as Members, spend);
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((each, n) => isEqual(each, b[n], spend))
    );
  };
  const isSameMembers = (a: Members, b: Members, spend: Spend) => {
    const names = namesOf(a, spend);
    return (
      names.length === namesOf(b, spend).length &&
      names.every(name => Object.hasOwn(b, name) && isEqual(a[name], b[name], spend))
    );
  };
  return isEqual;
}

/** Returns a check whether a value is one of `values`. */
export function oneOf(
  values: readonly unknown[],
  isJava: boolean,
): (value: unknown, spend: Spend) => boolean {
  const isEqual = equalityOf(isJava);
  const scalars = new Set(values.filter(each => isScalar(each) && !isNumeric(each)));
  const numbers = new Set(values.filter(isNumeric).map(each => keyOf(each, isJava)));
  const others = values.filter(each => !isScalar(each) && !isNumeric(each));
  return (value, spend) => {
    if (isNumeric(value)) return numbers.size > 0 && numbers.has(keyOf(value, isJava));
    if (isScalar(value)) return scalars.has(value);
    return others.some(each => isEqual(each, value, spend));
  };
}

const isScalar = (value: unknown) => typeof value !== "object" || value === null;
