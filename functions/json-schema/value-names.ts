import { isSame } from "../values/bytes.ts";
import { hashOf } from "../values/hash.ts";
import { stringOf } from "../values/scanner.ts";

/** Maps whose names are identifiers have ever new ones. */
const namesMax = 4_096;

interface Spelling {
  readonly raw: Uint8Array;
  readonly id: number;
}

/** The names in a body's maps. Each is decoded once, and has an id. */
export class ValueNames {
  readonly #texts: string[] = [];
  readonly #byText = new Map<string, number>();
  /** One for each hash of a name's raw content. */
  readonly #spellings = new Map<number, Spelling>();
  /** By id: the last map that has the name. */
  readonly #mapOf: number[] = [];
  #map = 0;

  /** Forgets all names if they are many. */
  makeRoom(): void {
    if (this.#texts.length < namesMax) return;
    this.#texts.length = this.#mapOf.length = 0;
    this.#byText.clear();
    this.#spellings.clear();
  }

  /** Returns the id of the name with the raw content `bytes[start, end)`. */
  idOf(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const known = this.#spellings.get(hash);
    if (known !== undefined && isSame(bytes, start, end, known.raw)) return known.id;
    const text = stringOf(bytes, start, end);
    const id = this.#byText.get(text) ?? this.#texts.length;
    if (id === this.#texts.length) {
      this.#texts.push(text);
      this.#byText.set(text, id);
      this.#mapOf.push(0);
    }
    if (known === undefined) this.#spellings.set(hash, { raw: bytes.slice(start, end), id });
    return id;
  }

  textOf(id: number): string {
    return this.#texts[id]!;
  }

  /** Begins a map without names. */
  beginMap(): void {
    this.#map++;
  }

  /** Adds a name to the map. */
  add(id: number): void {
    this.#mapOf[id] = this.#map;
  }

  /** Returns whether the map that was begun last has a name. */
  has(name: string): boolean {
    const id = this.#byText.get(name);
    return id !== undefined && this.#mapOf[id] === this.#map;
  }
}
