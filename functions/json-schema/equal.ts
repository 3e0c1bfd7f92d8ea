import { holdsEscape, isSame } from "../values/bytes.ts";
import { hashOf } from "../values/hash.ts";
import { contentOf, stringOf } from "../values/scanner.ts";
import type { Spend } from "./budget.ts";
import { ExactNumber, isNumeric, keyOf } from "./exact-number.ts";
import { type Members, namesOf } from "./members.ts";
import { typeBits } from "./types.ts";

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

/** Comparing more contents than this costs more than the hash of one. */
const comparedMax = 8;
/** More contents with the same hash are not kept: their sender chose them to collide. */
const sameHashMax = 8;

/** Contents of JSON strings, or other scalars' texts. */
class ContentSet {
  readonly #all: readonly Uint8Array[];
  readonly #byHash = new Map<number, Uint8Array[]>();
  /** Whether it has all that were given. */
  isComplete = true;

  constructor(contents: readonly Uint8Array[]) {
    this.#all = contents;
    if (contents.length <= comparedMax) return;
    for (const each of contents) {
      const hash = hashOf(each, 0, each.length);
      const same = this.#byHash.get(hash) ?? [];
      if (same.length < sameHashMax) this.#byHash.set(hash, [...same, each]);
      else this.isComplete = false;
    }
  }

  has(bytes: Uint8Array, start: number, end: number): boolean {
    const isLong = this.#all.length > comparedMax;
    const compared = isLong ? this.#byHash.get(hashOf(bytes, start, end)) : this.#all;
    if (compared !== undefined) for (const each of compared) if (isSame(bytes, start, end, each)) return true;
    return false;
  }
}

/** Returns the contents of JSON strings that are `text`: as JavaScript and as Python print it. */
function spellingsOf(text: string): Uint8Array[] {
  const content = JSON.stringify(text).slice(1, -1);
  const escaped = content.replace(
    /[^ -~]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [...new Set([content, escaped])].map(each => encoder.encode(each));
}
const encoder = new TextEncoder();

const { string, null: nothing, boolean } = typeBits;

/**
 * Returns a check whether a literal or the content of a string is one of `values`; undefined if its text does
 * not tell.
 */
export function isOneOfTexts(values: readonly unknown[]) {
  const strings = new Set(values.filter(each => typeof each === "string"));
  const texts = new ContentSet([...strings].flatMap(spellingsOf));
  const words = new ContentSet(values.filter(isLiteral).map(each => contentOf(`${each}`)));
  return (bytes: Uint8Array, start: number, end: number, types: number): boolean | undefined => {
    const isText = types === string;
    const known = isText ? texts : words;
    if (known.has(bytes, start, end)) return true;
    // Other escapes may spell it, too.
    if (isText && holdsEscape(bytes, start, end)) return strings.has(stringOf(bytes, start, end));
    // A number has many texts.
    const hasOneText = isText || (types & (nothing | boolean)) === types;
    return hasOneText && known.isComplete ? false : undefined;
  };
}

/** Returns whether an equal literal has the same text: the text of other numbers is not known any more. */
const isLiteral = (value: unknown) =>
  value === null ||
  typeof value === "boolean" ||
  value instanceof ExactNumber ||
  (Number.isSafeInteger(value) && !Object.is(value, -0));

const isScalar = (value: unknown) => typeof value !== "object" || value === null;
