import { isSame } from "../values/bytes.ts";
import { contentOf, stringOf } from "../values/scanner.ts";

interface Known<T> {
  readonly content: Uint8Array;
  readonly value: T;
}

/**
 * Values by the names of a record's fields. Records of a table are alike: the field after the last one found
 * is tried first, and needs neither a text nor a lookup.
 */
export class Fields<T> {
  readonly #known: Known<T>[] = [];
  readonly #byName = new Map<string, number>();
  #next = 0;

  /** Adds a field, which must be new. */
  add(name: string, value: T): T {
    this.#byName.set(name, this.#known.length);
    this.#known.push({ content: contentOf(name), value });
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
    if (found === undefined) return this.add(name, add(name));
    this.#next = found + 1;
    return this.#known[found]!.value;
  }

  /** Expects the first field next. */
  restart(): void {
    this.#next = 0;
  }

  get(name: string): T | undefined {
    const found = this.#byName.get(name);
    return found === undefined ? undefined : this.#known[found]!.value;
  }

  *[Symbol.iterator](): Generator<T> {
    for (const { value } of this.#known) yield value;
  }
}
