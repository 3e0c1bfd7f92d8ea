import { holdsEscape, isRepeated, underscore } from "../../values/bytes.ts";
import { stringOf } from "../../values/scanner.ts";
import type { MapCheck, SlotCheck } from "../../values/slot-check.ts";

/** A body has no more slots than this: ordinary streams have tens to hundreds of columns each. */
const slotsMax = 50_000;
/** A map in a record with more names than this has ever new ones: identifiers, not names. */
const namesMax = 500;
/** In wider maps a name is found by its hash. */
const comparedMax = 16;
/** More names of one hash are not remembered: their sender chose them for that. */
const sameHashMax = 8;
/** With more names than this, none is remembered that may be another one, written in another way. */
const spelledMax = 100;

/**
 * A place where a table's records have values: under a name in a map, or in an array. It remembers what came
 * after it the last time, which is a guess: it changes the speed, never the result.
 */
export class Slot {
  /** The name as it was read last, from its quote up to the value, in the body. */
  start = 0;
  length = 0;
  /** The same where the name was a cache code, and the code's index in transit's cache. */
  codeStart = 0;
  codeLength = 0;
  codeIndex = 0;
  /** The member that followed last time, and the one that did before. */
  next: Slot | undefined;
  other: Slot | undefined;
  /** The last map that had this name. Two members of one map in a slot are a name twice. */
  lastMap = 0;
  /** The maps and the arrays that the slot holds. */
  map: MapShape | undefined;
  element: Slot | undefined;
  /** The raw content of the name where it was read first. */
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly hash: number;
  /** Whether transit's cache holds the name, and if so a number that all slots of the name have. */
  readonly isCached: boolean;
  readonly nameId: number;
  /** The index of the table's key with this name; -1 for others. */
  readonly key: number;
  readonly isRequired: boolean;
  readonly check: SlotCheck | undefined;
  /** Whether nothing has to be known of the slot's values. */
  readonly isPlain: boolean;

  constructor(name: Name, { key, nameId, isRequired, check }: SlotFacts) {
    this.nameStart = name.start;
    this.nameEnd = name.end;
    this.hash = name.hash;
    this.isCached = name.isCached ?? false;
    this.nameId = nameId;
    this.key = key;
    this.isRequired = isRequired;
    this.check = check;
    this.isPlain = key < 0 && !isRequired && check === undefined;
  }
}

type SlotFacts = Pick<Slot, "key" | "nameId" | "isRequired" | "check">;

/** A name in the body: its raw content, and where its text begins in that, after a transit tag. */
export interface Name {
  readonly start: number;
  readonly end: number;
  readonly textStart: number;
  readonly hash: number;
  /** Whether transit's cache holds it. */
  readonly isCached?: boolean;
}

const noName: Name = { start: 0, end: 0, textStart: 0, hash: 0 };
/** Returns the slot of an array's elements. */
export const elementSlot = (check: SlotCheck | undefined) =>
  new Slot(noName, { key: -1, nameId: 0, isRequired: false, check });

/** A table's columns, by their names in the body. */
export interface Columns {
  /** Returns the index of the key with this name, whose text is its content; -1 for other columns. */
  keyOf(bytes: Uint8Array, start: number, end: number): number;
  keyOfText(name: string): number;
  /** Returns whether a column can have the name. */
  canHave(name: string): boolean;
}

/** The names that maps in one place have had. */
export class MapShape {
  /** Its `next` is the first member. */
  readonly head = elementSlot(undefined);
  /** For the values of names that have no slot, once there are too many. Nothing is expected of it. */
  readonly rest = elementSlot(undefined);
  /** Whether there are too many. */
  isOpen = false;
  /** Where the reader's names of the map that is read begin, while it is open. */
  mark = 0;
  readonly check: MapCheck | undefined;
  readonly #budget: SlotBudget;
  readonly #slots: Slot[] = [];
  /** Once there are many. */
  #byHash: Map<number, Slot[]> | undefined;
  /** Whether some name is not written as plain text, so that another may be the same. */
  #hasSpelled = false;

  constructor(budget: SlotBudget, check: MapCheck | undefined) {
    this.#budget = budget;
    this.check = check;
  }

  /** Returns the slot of the name with the raw content `bytes[start, end)`; undefined if it has none yet. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): Slot | undefined {
    const slots = this.#byHash === undefined ? this.#slots : this.#byHash.get(hash);
    if (slots === undefined) return undefined;
    for (const slot of slots)
      if (slot.hash === hash && isRepeated(bytes, start, end, slot.nameStart, slot.nameEnd)) return slot;
    return undefined;
  }

  /**
   * Adds a slot for a name that has none. `columns` are the table's if the name is a column's. Returns
   * undefined, and leaves the line to the reader, for names that it has to look at, and if there are too
   * many.
   */
  add(bytes: Uint8Array, name: Name, columns: Columns | undefined): Slot | undefined {
    if (this.isOpen) return undefined;
    const { start, end, textStart } = name;
    const isSpelled = textStart > start || holdsEscape(bytes, textStart, end);
    const needsText = isSpelled || this.check !== undefined || bytes[textStart] === underscore;
    const text = needsText ? stringOf(bytes, textStart, end) : "";
    if (columns !== undefined && needsText && !columns.canHave(text)) return undefined;
    if ((isSpelled || this.#hasSpelled) && this.#isKnown(bytes, stringOf(bytes, textStart, end)))
      return undefined;
    if (!this.#budget.take()) return undefined;
    const key = (isSpelled ? columns?.keyOfText(text) : columns?.keyOf(bytes, start, end)) ?? -1;
    const nameId = name.isCached === true ? this.#budget.nameIdOf(bytes, name) : 0;
    const isRequired = this.check?.isRequired(text) ?? false;
    const slot = new Slot(name, { key, nameId, isRequired, check: this.check?.member(text) });
    if (!this.#index(slot)) return undefined;
    this.#hasSpelled ||= isSpelled;
    this.isOpen = columns === undefined && this.#slots.length === namesMax;
    return slot;
  }

  /** Returns whether another name may have the same text. */
  #isKnown(bytes: Uint8Array, text: string): boolean {
    return (
      this.#slots.length > spelledMax ||
      this.#slots.some(({ nameStart, nameEnd }) => textOf(stringOf(bytes, nameStart, nameEnd)) === text)
    );
  }

  #index(slot: Slot): boolean {
    this.#slots.push(slot);
    if (this.#slots.length <= comparedMax) return true;
    if (this.#byHash !== undefined) return this.#addTo(this.#byHash, slot);
    this.#byHash = new Map();
    return this.#slots.map(each => this.#addTo(this.#byHash!, each)).every(isAdded => isAdded);
  }

  #addTo(byHash: Map<number, Slot[]>, slot: Slot): boolean {
    const same = byHash.get(slot.hash) ?? [];
    if (same.length === sameHashMax) return false;
    same.push(slot);
    byHash.set(slot.hash, same);
    return true;
  }
}

/** Returns the text of a name that may be tagged, as transit's keywords, symbols and escapes are. */
const textOf = (name: string) => name.replace(/^~[:$~^`]/, tag => (/[~^`]$/.test(tag) ? tag.slice(1) : ""));

/** How many slots a body may have in all, and the numbers of its names. */
export class SlotBudget {
  #left = slotsMax;
  #names = 0;
  readonly #byHash = new Map<number, { readonly name: Name; readonly id: number }[]>();

  /** Returns whether there is one more slot. */
  take(): boolean {
    return --this.#left >= 0;
  }

  /** Returns a number from 1 that all names with the same raw content have. */
  nameIdOf(bytes: Uint8Array, name: Name): number {
    const { start, end, hash } = name;
    const same = this.#byHash.get(hash) ?? [];
    const known = same.find(each => isRepeated(bytes, start, end, each.name.start, each.name.end));
    if (known !== undefined) return known.id;
    const id = ++this.#names;
    // Beyond that, a name is not recognized by its number.
    if (same.length < sameHashMax) this.#byHash.set(hash, [...same, { name, id }]);
    return id;
  }
}
