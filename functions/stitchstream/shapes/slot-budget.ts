import { isRepeated } from "../../values/bytes.ts";
import { hashOf } from "../../values/hash.ts";
import { contentOf } from "../../values/scanner.ts";
import type { MapCheck } from "../../values/slot-check.ts";
import type { Name } from "./name.ts";

/** The most slots of a body. Ordinary streams have tens to hundreds of columns each. */
const slotsMax = 50_000;
/** Further names with the same hash get no slot: their sender chose them to collide. */
const sameHashMax = 8;

/** Limits the slots of a body, numbers its names, and keeps the hashes of those that its checks know. */
export class SlotBudget {
  #left = slotsMax;
  #names = 0;
  readonly #byHash = new Map<number, { readonly name: Name; readonly id: number }[]>();
  readonly #hashes = new Map<MapCheck, ReadonlySet<number>>();

  /** Takes slots. Returns false if there are too few. */
  take(slots = 1): boolean {
    this.#left -= slots;
    return this.#left >= 0;
  }

  /** Returns the hashes of the names that a check knows. Maps in many places may have the same check. */
  hashesOf(check: MapCheck): ReadonlySet<number> {
    const known = this.#hashes.get(check);
    if (known !== undefined) return known;
    const contents = check.names.map(contentOf);
    const hashes = new Set(contents.map(content => hashOf(content, 0, content.length)));
    this.#hashes.set(check, hashes);
    return hashes;
  }

  /** Returns the number, from 1, that all names with the same raw content share. */
  nameIdOf(bytes: Uint8Array, name: Name): number {
    const { start, end, hash } = name;
    const same = this.#byHash.get(hash) ?? [];
    const known = same.find(each => isRepeated(bytes, start, end, each.name.start, each.name.end));
    if (known !== undefined) return known.id;
    const id = ++this.#names;
    // After too many collisions, a name gets a new number each time and is never recognized by it.
    if (same.length < sameHashMax) this.#byHash.set(hash, [...same, { name, id }]);
    return id;
  }
}
