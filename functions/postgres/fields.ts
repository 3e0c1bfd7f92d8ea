import { isSame } from "../values/bytes.ts";
import { isSameText } from "../values/memory.ts";
import { contentOf, stringOf } from "../values/scanner.ts";

interface Known<T> {
  readonly content: Uint8Array;
  readonly value: T;
  /** Where its name was last learned: its opening quote, and the length from there up to its value. */
  start: number;
  length: number;
}

/** A name in a body: its opening quote, the end after its closing one, and the length up to the value. */
interface NamePlace {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/** Fields may be absent: so many are tried from the expected one on. */
const triedMax = 4;

/**
 * Values by the names of a record's fields. Records of a table are alike: the fields after the last one found
 * are tried first, and need neither a text nor a lookup.
 */
export class Fields<T> {
  readonly #known: Known<T>[] = [];
  readonly #byName = new Map<string, number>();
  #next = 0;

  /** Adds a field, which must be new. */
  add(name: string, value: T): T {
    this.#byName.set(name, this.#known.length);
    this.#known.push({ content: contentOf(name), value, start: 0, length: 0 });
    return value;
  }

  /** Returns the value of the field whose name has this raw content; otherwise what `add` makes of it. */
  of(bytes: Uint8Array, start: number, end: number, add: (name: string) => T): T {
    const next = this.#known[this.#next];
    if (next !== undefined && isSame(bytes, start, end, next.content)) {
      this.#next++;
      return next.value;
    }
    const name = stringOf(bytes, start, end);
    const found = this.#byName.get(name);
    this.#next = (found ?? this.#known.length) + 1;
    return found === undefined ? this.add(name, add(name)) : this.#known[found]!.value;
  }

  /**
   * Finds the field whose name, as it was learned, is at `at`. Returns the length up to its value; 0 if it
   * must be learned.
   */
  lengthAt(view: DataView, at: number): number {
    const known = this.#known;
    const end = Math.min(this.#next + triedMax, known.length);
    for (let n = this.#next; n < end; n++) {
      const { start, length } = known[n]!;
      if (length === 0 || !isSameText(view, at, start, length)) continue;
      this.#next = n + 1;
      return length;
    }
    return 0;
  }

  /** Does the same as `of`, and remembers the name's place for `lengthAt`. */
  learn(bytes: Uint8Array, { start, end, length }: NamePlace, add: (name: string) => T): T {
    const value = this.of(bytes, start + 1, end - 1, add);
    const known = this.#known[this.#next - 1]!;
    known.start = start;
    known.length = length;
    return value;
  }

  /** The position of the field that was found last, in the order of all. */
  get position(): number {
    return this.#next - 1;
  }

  /** Expects the first field next. */
  restart(): void {
    this.#next = 0;
  }

  /** Returns the value of the field at a position. */
  at(position: number): T {
    return this.#known[position]!.value;
  }

  get(name: string): T | undefined {
    const found = this.#byName.get(name);
    return found === undefined ? undefined : this.#known[found]!.value;
  }

  *[Symbol.iterator](): Generator<T> {
    for (const { value } of this.#known) yield value;
  }
}
