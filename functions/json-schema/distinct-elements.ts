import {
  backslash,
  backtick,
  caret,
  closeBrace,
  closeBracket,
  colon,
  comma,
  isBlank,
  minus,
  nine,
  openBrace,
  openBracket,
  quote,
  tilde,
  zero,
} from "../values/bytes.ts";
import { hashOf, placeOf } from "../values/hash.ts";
import { endOfContent } from "../values/plain-text.ts";
import { doubleAt } from "./double-at.ts";
import { hashOfText, mixed } from "./text-hash.ts";

const elementsMax = 1_024;
const baseMax = 2 ** 30;
/** After so many taken places the evaluator decides: a sender can choose hashes that collide. */
const probesMax = 16;
const placeCount = 2 * elementsMax;
/** Integers of at most so many characters are exact as doubles. */
const exactChars = 15;

const noBytes = new Uint8Array();
const double = new Float64Array(1);
const doubleWords = new Int32Array(double.buffer);

/** Compares the elements of one array after the other, by hashes that are the same for equal values. */
export class DistinctElements {
  /** By an element's number, from 1. */
  readonly #hashes = new Int32Array(elementsMax + 1);
  /** The numbers of elements, by their hashes, on top of `#base`; lower ones are of earlier arrays. */
  readonly #places = new Int32Array(placeCount);
  #base = 0;
  /** How many numbers in the last array are no short integers. */
  numbers = 0;
  #bytes: Uint8Array = noBytes;
  #at = 0;
  #isJson = true;
  /** Whether all strings so far are texts: transit has tags. */
  #areTexts = true;

  /**
   * Returns whether the elements of the array `bytes[start, end)` certainly differ, however they are spelled.
   * It is valid JSON, or transit: then tagged values may differ or not. At most 1,024 elements are compared.
   */
  areIn(bytes: Uint8Array, start: number, end: number, isJson = true): boolean {
    if (this.#base > baseMax) this.#places.fill(0);
    this.#base = this.#base > baseMax ? 0 : this.#base + elementsMax;
    this.#bytes = bytes;
    this.#at = start + 1;
    this.#isJson = isJson;
    this.#areTexts = true;
    this.numbers = 0;
    try {
      let count = 0;
      for (let byte = this.#next(); byte !== closeBracket; byte = this.#next()) {
        if (byte === comma) this.#at++;
        if (++count > elementsMax || !this.#isPlaced(count, this.#hash())) return false;
      }
      return this.#areTexts && this.#at < end;
    } finally {
      this.#bytes = noBytes;
    }
  }

  /** Gives element `n` a place by its hash. Returns false if an equal one has it, or if many are taken. */
  #isPlaced(n: number, hash: number): boolean {
    const [hashes, places] = [this.#hashes, this.#places];
    hashes[n] = hash;
    const first = placeOf(hash, placeCount);
    for (let probe = 0; probe < probesMax; probe++) {
      const place = (first + probe) % placeCount;
      const other = places[place]! - this.#base;
      if (other <= 0) {
        places[place] = this.#base + n;
        return true;
      }
      if (hashes[other] === hashes[n]) return false;
    }
    return false;
  }

  /** Reads the value at the current place. Returns its hash. */
  #hash(): number {
    const first = this.#next();
    if (first === quote) return this.#hashOfText();
    if (first === openBracket) return this.#hashOfArray();
    if (first === openBrace) return this.#hashOfMap();
    return first === minus || (first >= zero && first <= nine) ? this.#hashOfNumber() : this.#hashOfWord();
  }

  #hashOfText(): number {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    const first = bytes[start]!;
    // A backslash may hide another of them.
    if (!this.#isJson && (first === tilde || first === caret || first === backtick || first === backslash))
      this.#areTexts = false;
    const end = endOfContent(bytes, start);
    this.#at = end + 1;
    return hashOfText(bytes, start, end);
  }

  #hashOfArray(): number {
    this.#at++;
    let hash = openBracket;
    for (let byte = this.#next(); byte !== closeBracket; byte = this.#next()) {
      if (byte === comma) this.#at++;
      hash = mixed(hash, this.#hash());
    }
    this.#at++;
    return hash;
  }

  /** Members may have any order. */
  #hashOfMap(): number {
    this.#at++;
    let hash = openBrace;
    for (let byte = this.#next(); byte !== closeBrace; byte = this.#next()) {
      if (byte === comma) this.#at++;
      const name = this.#hash();
      if (this.#next() === colon) this.#at++;
      hash = (hash + mixed(name, this.#hash())) | 0;
    }
    this.#at++;
    return hash;
  }

  /** Equal numbers are equal as doubles. */
  #hashOfNumber(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let value = 0;
    let at = start;
    let byte = bytes[at]!;
    for (; byte >= zero && byte <= nine; byte = bytes[++at]!) value = 10 * value + byte - zero;
    if (!endsLiteral(byte) || at - start > exactChars) {
      while (!endsLiteral(bytes[at]!)) at++;
      value = doubleAt(bytes, start, at);
      this.numbers++;
    }
    this.#at = at;
    // 0 and -0 are equal.
    if (value === (value | 0)) return mixed(value | 0, 0);
    double[0] = value;
    return mixed(doubleWords[0]!, doubleWords[1]!);
  }

  /** true, false or null. */
  #hashOfWord(): number {
    const start = this.#at;
    while (!endsLiteral(this.#bytes[this.#at]!)) this.#at++;
    return hashOf(this.#bytes, start, this.#at);
  }

  /** Skips blanks. Returns the next byte. */
  #next(): number {
    while (isBlank(this.#bytes[this.#at]!)) this.#at++;
    return this.#bytes[this.#at]!;
  }
}

const endsLiteral = (byte: number): boolean =>
  byte === comma || byte === closeBracket || byte === closeBrace || isBlank(byte);
