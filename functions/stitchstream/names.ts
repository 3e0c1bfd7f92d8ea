import { holdsEscape, isRepeated } from "../values/bytes.ts";
import { hashOf } from "../values/hash.ts";
import { IntTuples } from "../values/int-tuples.ts";
import { Malformed, stringOf } from "../values/scanner.ts";

/** For more names than this, comparing hashes is faster than comparing each with each. */
const comparedNamesMax = 16;

/**
 * The names of the open maps of the line that is read. Used to refuse duplicate names: which of two values
 * for one column a reader keeps would be luck.
 */
export class OpenNames {
  readonly #bytes: Uint8Array;
  readonly #extents = new IntTuples(2);
  /** A bit for each length, modulo 32, of the line's names; not for those in tables. */
  #lengths = 0;
  /** The hashes of a map's names, by the index of its first; used once they are many. */
  readonly #hashes = new Map<number, Set<number>>();
  /** Likewise, the names; used once two have the same hash, or one has an escape. */
  readonly #tables = new Map<number, Set<string>>();
  /** Likewise, the keys that are not names. */
  readonly #others = new Map<number, Set<string>>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  clear(): void {
    this.#extents.count = 0;
    this.#lengths = 0;
    if (this.#hashes.size > 0) this.#hashes.clear();
    if (this.#tables.size > 0) this.#tables.clear();
    if (this.#others.size > 0) this.#others.clear();
  }

  /** Returns the mark of a map that opens now: the index of its first name. */
  mark(): number {
    return this.#extents.count;
  }

  /** Forgets the names of the map that began at `mark`. */
  release(mark: number): void {
    this.#extents.count = mark;
    if (this.#hashes.size > 0) this.#hashes.delete(mark);
    if (this.#tables.size > 0) this.#tables.delete(mark);
    if (this.#others.size > 0) this.#others.delete(mark);
  }

  /** Adds a name, the raw string content `bytes[start, end)`, to the map that began at `mark`. */
  add(mark: number, start: number, end: number, position: number): void {
    if (!this.#isNew(mark, start, end)) this.#addText(mark, start, end, position);
    this.#extents.addPair(start, end);
  }

  /** Returns whether a name certainly differs from the map's other names. */
  #isNew(mark: number, start: number, end: number): boolean {
    const { count, ints } = this.#extents;
    const hasTable = this.#tables.size > 0 && this.#tables.has(mark);
    if (hasTable || holdsEscape(this.#bytes, start, end)) return false;
    const length = 1 << (end - start);
    const isOnlyOne = (this.#lengths & length) === 0;
    this.#lengths |= length;
    if (count - mark >= comparedNamesMax) {
      const hashes = this.#hashes.get(mark) ?? this.#hashesOf(mark);
      const { size } = hashes;
      return hashes.add(hashOf(this.#bytes, start, end)).size > size;
    }
    if (isOnlyOne) return true;
    for (let i = mark; i < count; i++)
      if (isRepeated(this.#bytes, ints[2 * i]!, ints[2 * i + 1]!, start, end)) return false;
    return true;
  }

  #hashesOf(mark: number): Set<number> {
    const { count, ints } = this.#extents;
    const hashes = new Set<number>();
    for (let i = mark; i < count; i++) hashes.add(hashOf(this.#bytes, ints[2 * i]!, ints[2 * i + 1]!));
    this.#hashes.set(mark, hashes);
    return hashes;
  }

  #addText(mark: number, start: number, end: number, position: number): void {
    const table = this.#tables.get(mark) ?? this.#tableOf(mark);
    const { size } = table;
    if (table.add(stringOf(this.#bytes, start, end)).size === size) throw twice(position);
  }

  /** Adds a transit key that is not a name: `tagged`, such as `~i5`, differs from the text `5`. */
  addOther(mark: number, tagged: string, position: number): void {
    // A map with a table is not compared by offsets; this key has no offsets of a name.
    if (!this.#tables.has(mark)) this.#tableOf(mark);
    const others = this.#others.get(mark) ?? new Set();
    if (others.has(tagged)) throw twice(position);
    this.#others.set(mark, others.add(tagged));
    this.#extents.addPair(0, 0);
  }

  #tableOf(mark: number): Set<string> {
    const table = new Set<string>();
    for (let i = mark; i < this.#extents.count; i++) {
      table.add(stringOf(this.#bytes, this.#extents.ints[2 * i]!, this.#extents.ints[2 * i + 1]!));
    }
    this.#tables.set(mark, table);
    return table;
  }
}

const twice = (position: number) => new Malformed("a map has this name twice: keep one", position);
