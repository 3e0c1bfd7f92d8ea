import { holdsEscape, isRepeated, underscore } from "../../values/bytes.ts";
import { stringOf } from "../../values/scanner.ts";
import type { MapCheck, SlotCheck } from "../../values/slot-check.ts";
import { Kind } from "../../values/visitor.ts";
import { areLikelyIdentifiers } from "./identifiers.ts";
import type { Misfits } from "./misfits.ts";
import { type Columns, type Name, textOf } from "./name.ts";
import { NameTable } from "./name-table.ts";
import type { SlotBudget } from "./slot-budget.ts";

/** Maps within records remember at most this many names. */
const namesMax = 500;
/** Maps with more names than this look names up by hash. */
const comparedMax = 8;

/**
 * A place where a table's records have values: under a name in a map, or in an array. It remembers which
 * members came next. That is a guess: it changes the speed, never the result.
 */
export class Slot {
  // What every member reads is declared first, to share a line of the processor's cache.
  /** In JSON: where the text between this slot's value and that of `next` was last read. */
  textStart = 0;
  textLength = 0;
  /** The id of the last map with this name. A map that finds its own id here has the name twice. */
  lastMap = 0;
  /** A bit for each kind: whether scalars of that kind need no check. */
  passes: number = 0;
  /** Is added to the sum of a map's expected names: see `MapShape.expected`. */
  readonly weight: number = 0;
  /** The two members that may come next, the likelier one first. Of an element: the slot of the next one. */
  next: Slot | undefined;
  other: Slot | undefined;
  /** The same for `other`. */
  otherStart = 0;
  otherLength = 0;
  /** In transit: where the name was last read, from its quote up to the value. */
  nameTextStart = 0;
  nameTextLength = 0;
  /** Where the name was last read as a cache code, and the code's index in transit's cache. */
  codeStart = 0;
  codeLength = 0;
  codeIndex = 0;
  /** The shape of the last map in this slot, and the slot of its arrays' first element. */
  map: MapShape | undefined;
  element: Slot | undefined;
  /** The raw content of the name, where it was first read. */
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly hash: number;
  /** Whether the name enters transit's cache, and the number that all slots of the name share; 0 if not. */
  readonly isCached: boolean;
  readonly nameId: number;
  readonly isKey: boolean;
  readonly check: SlotCheck | undefined;
  /** Which alternatives the maps fitted that did not fit another one because of this slot's value. */
  misfits: Misfits | undefined;

  constructor(name: Name, { isKey, nameId, isRequired, check }: SlotFacts) {
    this.nameStart = name.start;
    this.nameEnd = name.end;
    this.hash = name.hash;
    this.isCached = name.isCached ?? false;
    this.nameId = nameId;
    this.isKey = isKey;
    this.check = check;
    this.weight = (isKey ? keyWeight : 0) + (isRequired ? 1 : 0);
    this.passes = (check?.always ?? allKinds) & (isKey ? keyKinds : allKinds);
  }

  /** Whether it is the slot of one name. */
  get hasName(): boolean {
    return this.nameEnd > 0;
  }

  /** Returns whether all values of a kind conform. */
  accepts(kind: Kind): boolean {
    return this.check === undefined || ((this.check.always >> kind) & 1) === 1;
  }
}

const allKinds = -1;
/** The kinds of which every value may be a key: texts may be too long. */
const keyKinds = ((1 << Kind.text) - 1) & ~(1 << Kind.null);
/** A key's part in a sum of expected names, in which a required name counts 1: a map has fewer of those. */
export const keyWeight = 2 ** 22;

type SlotFacts = Pick<Slot, "isKey" | "nameId" | "check"> & { readonly isRequired: boolean };

const noName: Name = { start: 0, end: 0, textStart: 0, hash: 0 };
/** Returns a slot without a name, such as that of an array's elements. */
export const elementSlot = (check: SlotCheck | undefined) =>
  new Slot(noName, { isKey: false, nameId: 0, isRequired: false, check });

/** The names that the maps in one place have had. */
export class MapShape {
  /** Comes before the first member, which is its `next`. */
  readonly head = elementSlot(undefined);
  /** Once the shape is open: the slot of the last further name. It remembers no names. */
  #rest: Slot | undefined;
  #rests: Map<SlotCheck | undefined, Slot> | undefined;
  /** Other shapes of the maps in this place, and this one, if a map has to fit only one of them. */
  alternatives: readonly MapShape[] | undefined;
  /** Once the shape is open: the hashes of the names that the check knows. */
  #foreseen: ReadonlySet<number> | undefined;
  /** Whether there are too many names for each to have a slot. */
  isOpen = false;
  /** Whether the check is about the names that a map has. */
  readonly checksNames: boolean;
  /** If it is: the slots by their names' texts. */
  readonly #byText: Map<string, Slot> | undefined;
  /** While the shape is open: where the current map's names begin among the reader's names. */
  mark = 0;
  readonly check: MapCheck | undefined;
  /** The sum of the expected names: `keyWeight` for each key, and 1 for each that the check requires. */
  readonly expected: number;
  readonly #budget: SlotBudget;
  /** The bracket that closes the maps; 0 until the first one. */
  #close = 0;
  readonly #slots: Slot[] = [];
  /** Set once there are more than `comparedMax` slots. */
  #byHash: NameTable<Slot> | undefined;
  /** The slots of names that enter transit's cache, by their numbers. */
  #byId: Map<number, Slot> | undefined;
  /** The texts of all names, once one has an escape or a tag: another spelling may mean the same. */
  #texts: Set<string> | undefined;

  /** `keys` are the table's if these are its records. */
  constructor(budget: SlotBudget, check: MapCheck | undefined, keys = 0) {
    this.#budget = budget;
    this.check = check;
    this.expected = keys * keyWeight + (check?.required ?? 0);
    this.checksNames = check?.conformsNames !== undefined;
    if (this.checksNames) this.#byText = new Map();
  }

  /**
   * Returns whether the maps in this place are closed by `close`. Names are remembered with their separators,
   * which differ in transit's compact and verbose maps.
   */
  isClosedBy(close: number): boolean {
    if (this.#close === 0) this.#close = close;
    return this.#close === close;
  }

  /** Returns the slot of the name with this number; undefined for 0, or if the name has none. */
  findById(nameId: number): Slot | undefined {
    return this.#byId?.get(nameId);
  }

  #numbered(nameId: number, slot: Slot): void {
    this.#byId ??= new Map();
    this.#byId.set(nameId, slot);
  }

  /** Returns the slot of the name with the raw content `bytes[start, end)`; undefined if it has none yet. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): Slot | undefined {
    if (this.#byHash !== undefined) return this.#byHash.find(bytes, start, end, hash);
    for (const slot of this.#slots)
      if (slot.hash === hash && isRepeated(bytes, start, end, slot.nameStart, slot.nameEnd)) return slot;
    return undefined;
  }

  /**
   * Adds a slot for a name that has none. `columns` are the table's if the name is a column's. Returns
   * undefined if the scan must read the line, or if there are too many names.
   */
  add(bytes: Uint8Array, name: Name, columns: Columns | undefined): Slot | undefined {
    if (this.isOpen) return undefined;
    const { start, end, textStart } = name;
    const isSpelled = textStart > start || holdsEscape(bytes, textStart, end);
    const needsText = isSpelled || this.check !== undefined || bytes[textStart] === underscore;
    const text = needsText ? stringOf(bytes, textStart, end) : "";
    if (columns !== undefined && needsText && !columns.canHave(text)) return undefined;
    if (isSpelled) this.#noteTexts(bytes);
    if (this.#texts?.has(textOf(bytes, start, end)) === true) return undefined;
    if (!this.#budget.take()) return undefined;
    const isKey = (isSpelled ? columns?.isKeyText(text) : columns?.isKey(bytes, start, end)) ?? false;
    const nameId = name.isCached === true ? this.#budget.nameIdOf(bytes, name) : 0;
    const isRequired = this.check?.isRequired(text) ?? false;
    const slot = new Slot(name, { isKey, nameId, isRequired, check: this.check?.member(text) });
    if (!this.#index(slot)) return undefined;
    if (nameId > 0) this.#numbered(nameId, slot);
    this.#texts?.add(textOf(bytes, start, end));
    this.#byText?.set(text, slot);
    if (columns === undefined && this.#mustOpen()) this.#open();
    return slot;
  }

  /** Returns whether the names of the map with this id, which has `count` names, conform. */
  conformsNames(map: number, count: number): boolean {
    return this.check!.conformsNames!({ count, has: name => this.#byText?.get(name)?.lastMap === map });
  }

  #mustOpen(): boolean {
    return (
      this.#slots.length >= namesMax || areLikelyIdentifiers(this.#slots, () => this.check?.names.length ?? 0)
    );
  }

  #open(): void {
    this.isOpen = true;
    if (this.check !== undefined) this.#foreseen = this.#budget.hashesOf(this.check);
  }

  /** Returns the slot of a further name without escapes, `bytes[start, end)`. */
  restOf(bytes: Uint8Array, start: number, end: number): Slot {
    const check = this.check?.other(bytes, start, end);
    if (this.#rest === undefined || this.#rest.check !== check) {
      this.#rests ??= new Map();
      this.#rest = this.#rests.get(check) ?? elementSlot(check);
      this.#rests.set(check, this.#rest);
    }
    this.#rest.lastMap = 0;
    return this.#rest;
  }

  /** Returns whether the check may know a name without a slot; never false for one that it knows. */
  mayForesee(bytes: Uint8Array, { start, end, hash }: Name): boolean {
    if (this.#foreseen === undefined) return false;
    return this.#foreseen.has(hash) || holdsEscape(bytes, start, end);
  }

  /** Returns whether a name that has no slot is another spelling of one that has. */
  knows(bytes: Uint8Array, start: number, end: number): boolean {
    if (holdsEscape(bytes, start, end)) this.#noteTexts(bytes);
    return this.#texts?.has(textOf(bytes, start, end)) === true;
  }

  #noteTexts(bytes: Uint8Array): void {
    this.#texts ??= new Set(this.#slots.map(each => textOf(bytes, each.nameStart, each.nameEnd)));
  }

  #index(slot: Slot): boolean {
    this.#slots.push(slot);
    if (this.#slots.length > comparedMax && this.#byHash === undefined) {
      this.#byHash = new NameTable();
      return this.#slots.map(each => this.#byHash!.add(each)).every(isAdded => isAdded);
    }
    return this.#byHash?.add(slot) ?? true;
  }
}
