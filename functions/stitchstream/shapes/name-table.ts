import { isRepeated } from "../../values/bytes.ts";
import { placeOf } from "../../values/hash.ts";

const firstSize = 64;
/** The table is at most half full, and has at most so many places for each entry. */
const sparseness = 2;
const placesMax = 32;
/** An entry is at most this many places after its own. */
const probesMax = 16;

/** A name in the body. */
interface Named {
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly hash: number;
}

type Places<Entry> = (Entry | undefined)[];

/** Entries by the hashes of their names: open addressing, as a lookup in a Map takes four times as long. */
export class NameTable<Entry extends Named> {
  #places: Places<Entry> = placesOf(firstSize);
  #count = 0;

  find(bytes: Uint8Array, start: number, end: number, hash: number): Entry | undefined {
    const places = this.#places;
    const mask = places.length - 1;
    for (let at = placeOf(hash, places.length); ; at = (at + 1) & mask) {
      const entry = places[at];
      if (entry === undefined) return undefined;
      if (entry.hash === hash && isRepeated(bytes, start, end, entry.nameStart, entry.nameEnd)) return entry;
    }
  }

  /** Returns false if too many names belong to nearby places: their sender chose them to collide. */
  add(entry: Entry): boolean {
    const isRoomy = (this.#count + 1) * sparseness <= this.#places.length;
    const isAdded = (isRoomy && put(this.#places, entry)) || this.#grow(entry);
    if (isAdded) this.#count++;
    return isAdded;
  }

  /** Adds an entry to a larger table. Changes nothing if no allowed size has room for all entries. */
  #grow(added: Entry): boolean {
    const entries = [...this.#places.filter(each => each !== undefined), added];
    const sizeMax = Math.max(2 * firstSize, placesMax * entries.length);
    for (let size = 2 * this.#places.length; size <= sizeMax; size *= 2) {
      const places = placesOf<Entry>(size);
      if (!entries.every(each => put(places, each))) continue;
      this.#places = places;
      return true;
    }
    return false;
  }
}

const placesOf = <Entry>(size: number): Places<Entry> => new Array<undefined>(size).fill(undefined);

function put<Entry extends Named>(places: Places<Entry>, entry: Entry): boolean {
  const mask = places.length - 1;
  const first = placeOf(entry.hash, places.length);
  for (let probe = 0; probe < probesMax; probe++) {
    const at = (first + probe) & mask;
    if (places[at] !== undefined) continue;
    places[at] = entry;
    return true;
  }
  return false;
}
