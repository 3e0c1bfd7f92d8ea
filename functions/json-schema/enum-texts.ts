import { holdsEscape, isSame } from "../values/bytes.ts";
import { hashOf } from "../values/hash.ts";
import { asPythonPrints } from "../values/python-text.ts";
import { contentOf } from "../values/scanner.ts";
import { ExactNumber } from "./exact-number.ts";
import { typeBits } from "./types.ts";

const encoder = new TextEncoder();
/** The most bytes that spell one byte of a content: `\u0061` is an `a`. */
const escapeBytesMax = 6;
/** Comparing more contents than this costs more than the hash of one. */
const comparedMax = 8;
/** More contents with the same hash are not kept: their sender chose them to collide. */
const sameHashMax = 8;

/** Contents of JSON strings, or other scalars' texts. */
class ContentSet {
  readonly #all: readonly Uint8Array[];
  readonly #byHash = new Map<number, Uint8Array[]>();
  /** The length of the longest content. */
  readonly longest: number;
  #isComplete = true;

  constructor(contents: readonly Uint8Array[]) {
    this.#all = contents;
    this.longest = contents.reduce((most, { length }) => Math.max(most, length), 0);
    if (contents.length <= comparedMax) return;
    for (const each of contents) {
      const hash = hashOf(each, 0, each.length);
      const same = this.#byHash.get(hash) ?? [];
      if (same.length < sameHashMax) this.#byHash.set(hash, [...same, each]);
      else this.#isComplete = false;
    }
  }

  /** Whether it has all that were given. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  has(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > this.longest) return false;
    const isLong = this.#all.length > comparedMax;
    const compared = isLong ? this.#byHash.get(hashOf(bytes, start, end)) : this.#all;
    if (compared !== undefined) for (const each of compared) if (isSame(bytes, start, end, each)) return true;
    return false;
  }
}

/** Returns the contents of JSON strings that are `text`: as JavaScript and as Python print it. */
function spellingsOf(text: string): Uint8Array[] {
  const content = JSON.stringify(text).slice(1, -1);
  return [...new Set([content, asPythonPrints(content)])].map(each => encoder.encode(each));
}

const { string, null: nothing, boolean } = typeBits;

/**
 * Returns a check whether a literal or the content of a string is one of `values`; undefined if its text does
 * not tell.
 */
export function enumByText(values: readonly unknown[]) {
  const texts = new ContentSet(values.filter(each => typeof each === "string").flatMap(spellingsOf));
  const words = new ContentSet(values.filter(isLiteral).map(each => contentOf(`${each}`)));
  return (bytes: Uint8Array, start: number, end: number, types: number): boolean | undefined => {
    const isText = types === string;
    const known = isText ? texts : words;
    if (known.has(bytes, start, end)) return true;
    // A number has many texts, and so has a string with escapes, of up to six bytes for each of a content.
    const hasOneText = isText
      ? end - start > escapeBytesMax * texts.longest || !holdsEscape(bytes, start, end)
      : (types & (nothing | boolean)) === types;
    return hasOneText && known.isComplete ? false : undefined;
  };
}

/** Returns whether an equal literal has the same text: the text of other numbers is not known any more. */
const isLiteral = (value: unknown) =>
  value === null ||
  typeof value === "boolean" ||
  value instanceof ExactNumber ||
  (Number.isSafeInteger(value) && !Object.is(value, -0));
