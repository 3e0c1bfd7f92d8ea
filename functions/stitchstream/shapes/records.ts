import { dot, isBlank, letterE, lowerCaseBit, nine, quote, zero } from "../../values/bytes.ts";
import { endOfPlain, endOfRun } from "../../values/plain-text.ts";
import { isInt64At } from "../../values/transit-scalar.ts";
import { Kind } from "../../values/visitor.ts";
import type { PieceReader } from "../piece-reader.ts";
import { envelopeDepth } from "../reader.ts";
import { elementsBy, shapeBy, undecidedElement } from "./checked-slots.ts";
import { miss } from "./miss.ts";
import type { Columns, Name } from "./name.ts";
import { keyWeight, type MapShape, type Slot } from "./slot.ts";
import type { SlotBudget } from "./slot-budget.ts";

/** Integers of at most this many characters are exact as doubles, so that transit needs no tag for them. */
const shortChars = 15;
/** `true`, `null` and `fals` as little-endian integers. */
const [trueWord, nullWord, falsWord] = [0x65757274, 0x6c6c756e, 0x736c6166];
const wordBytes = 4;

/** Returns the kind by which digits alone are checked: a long integer may not fit 64 bits. */
export const kindOfNumber = (kind: Kind, bytes: Uint8Array, start: number, end: number): Kind =>
  kind === Kind.integer && !isInt64At(bytes, start, end) ? Kind.bigInteger : kind;

/** Returns whether a sum of names that a map has includes all keys. */
export const hasAllKeys = (found: number, { expected }: MapShape): boolean =>
  Math.floor(found / keyWeight) === Math.floor(expected / keyWeight);

export const recordDepth = envelopeDepth + 1;

export interface RecordLimits {
  readonly depthMax: number;
  readonly keyCharsMax: number;
}

/**
 * Reads records by the slots of earlier ones. Each encoding has a subclass with its own loops over members
 * and elements: one loop that serves both, with names and values read by the subclass, is a tenth slower.
 */
export abstract class RecordReader<Reader extends PieceReader = PieceReader> {
  /** Whether the checks have accepted every value of the record. Set by `read`. */
  conforms = true;
  dataPoints = 0;
  protected readonly reader: Reader;
  /** The reader's. */
  protected readonly bytes: Uint8Array;
  protected readonly view: DataView;
  protected readonly budget: SlotBudget;
  protected readonly depthMax: number;
  readonly #keyCharsMax: number;
  /** The start of the value after the last name. */
  protected valueStart = 0;
  /** The number of maps read so far: the id of the last one. */
  protected maps = 0;
  protected columns: Columns | undefined;
  /** Whether the values of all keys so far may be keys. */
  protected keysFit = true;
  /** The shape of a map that is left as soon as it does not fit. */
  protected tried: MapShape | undefined;
  /** The slot and the text of the value that made `conforms` false; undefined if none is known. */
  protected misfit: Slot | undefined;
  protected misfitStart = 0;
  protected misfitEnd = 0;
  /** The slot of elements for which there is no slot left. */
  readonly #undecided = undecidedElement();

  constructor(reader: Reader, budget: SlotBudget, { depthMax, keyCharsMax }: RecordLimits) {
    this.reader = reader;
    this.bytes = reader.bytes;
    this.view = reader.view;
    this.budget = budget;
    this.depthMax = depthMax;
    this.#keyCharsMax = keyCharsMax;
  }

  /** Reads the record at `at`, with all keys. Returns its end, or `miss`. */
  read(at: number, shape: MapShape, columns: Columns): number {
    this.conforms = true;
    this.dataPoints = 0;
    this.columns = columns;
    this.keysFit = true;
    this.tried = undefined;
    const end = this.readRecord(at, shape);
    return this.keysFit ? end : miss;
  }

  protected abstract readRecord(at: number, shape: MapShape): number;

  /** Counts a scalar, and inspects it if its slot does not pass it. Returns `next`. */
  protected scalar(kind: Kind, start: number, end: number, slot: Slot, next: number): number {
    this.dataPoints++;
    if (((slot.passes >> kind) & 1) === 0) this.inspect(kind, start, end, slot);
    return next;
  }

  /** Checks a scalar that its slot does not pass. */
  protected inspect(kind: Kind, start: number, end: number, slot: Slot): void {
    if (slot.isKey) this.noteKey(kind, start, end);
    if (slot.check === undefined || !this.conforms) return;
    if (slot.accepts(kind)) {
      // A check may accept more than it did before.
      if (!slot.isKey) slot.passes |= 1 << kind;
    } else if (!slot.check.conforms(kind, this.bytes, start, end)) this.refuse(slot, start, end);
  }

  /** Notes the value of a key. One that may not be valid is left to the scan, which reports it. */
  protected noteKey(kind: Kind, start: number, end: number): void {
    const isScalar = kind > Kind.null && kind < Kind.map;
    if (!isScalar || (kind >= Kind.text && end - start > this.#keyCharsMax)) this.keysFit = false;
  }

  /** Reads the string at `at`, which has no tag. */
  protected text(at: number, slot: Slot): number {
    let end = endOfRun(this.view, at + 1);
    if (this.bytes[end] !== quote) end = this.endOfText(at, end);
    return this.scalar(Kind.text, at + 1, end, slot, end + 1);
  }

  /** Returns the end of the short integer at `at`, which begins with 1 to 9; `miss` for any other number. */
  protected endOfInteger(at: number): number {
    const { bytes } = this;
    let end = at + 1;
    let byte = bytes[end]!;
    while (byte <= nine && byte >= zero) byte = bytes[++end]!;
    const isWhole = byte !== dot && (byte | lowerCaseBit) !== letterE;
    return isWhole && end - at <= shortChars ? end : miss;
  }

  /** Reads true, false or null. Returns `miss` for anything else. */
  protected word(at: number, slot: Slot): number {
    const { bytes, view } = this;
    if (at + wordBytes > bytes.length) return miss;
    const word = view.getInt32(at, true);
    if (word === nullWord) return this.scalar(Kind.null, at, at + 4, slot, at + 4);
    if (word === trueWord) return this.scalar(Kind.boolean, at, at + 4, slot, at + 4);
    if (word === falsWord && bytes[at + 4] === letterE)
      return this.scalar(Kind.boolean, at, at + 5, slot, at + 5);
    return miss;
  }

  /** Returns the closing quote of the string at `at`, which is plain up to `from`. */
  protected endOfText(at: number, from: number): number {
    const end = endOfPlain(this.bytes, this.view, from);
    return this.bytes[end] === quote ? end : this.endOfLongString(at);
  }

  protected endOfLongString(at: number): number {
    this.reader.position = at;
    this.reader.skipString();
    return this.reader.position - 1;
  }

  /** Returns the slot of a name; undefined if the scan must read the line. */
  protected slotOf(shape: MapShape, name: Name, depth: number): Slot | undefined {
    const { bytes } = this;
    const { names } = this.reader;
    const { start, end, textStart } = name;
    const slot = shape.find(bytes, start, end, name.hash) ?? shape.add(bytes, name, this.#columnsAt(depth));
    if (slot !== undefined || !shape.isOpen) return slot;
    if (textStart > start || shape.knows(bytes, start, end)) return undefined;
    names.add(shape.mark, start, end, start);
    if (shape.mayForesee(bytes, name)) this.conforms = false;
    return shape.restOf(bytes, start, end);
  }

  /** Finds the value after a name's closing quote. Returns false if the separator is another, or missing. */
  protected findValue(nameEnd: number, separator: number): boolean {
    const { bytes } = this;
    const at = this.skip(nameEnd + 1);
    if (bytes[at] !== separator) return false;
    this.valueStart = this.skip(at + 1);
    return true;
  }

  /** Checks a value at `at` whose text does not matter: a map, an array or an instant. */
  protected checkKind(kind: Kind, slot: Slot, at: number): void {
    if (slot.accepts(kind) || !this.conforms || this.isCheckedWhole(kind, slot)) return;
    if (!slot.check!.conforms(kind, this.bytes, at, at)) this.refuse(slot, at, at);
  }

  /** Notes that the record does not conform, and the slot and the text of the value that is to blame. */
  protected refuse(slot: Slot, start: number, end: number): void {
    if (!this.conforms) return;
    this.conforms = false;
    this.misfit = slot;
    this.misfitStart = start;
    this.misfitEnd = end;
  }

  /** Checks which names a map has, and how many. */
  protected checkNames(map: number, count: number, shape: MapShape): void {
    if (this.conforms) this.conforms = shape.conformsNames(map, count);
  }

  /** Checks the number of an array's elements. */
  protected checkCount(count: number, { check }: Slot): void {
    if (check?.items === undefined) return;
    if (count < check.items.min || count > check.items.max) this.conforms = false;
  }

  /** Returns whether a value is checked once all of it has been read. */
  protected isCheckedWhole(kind: Kind, { check }: Slot): boolean {
    if (check?.conformsWhole === undefined || kind === Kind.instant) return false;
    return this.reader.isJson || kind === Kind.array;
  }

  /** Checks the map or array `[start, end)` if that was left to its end. */
  protected checkWhole(kind: Kind, start: number, end: number, slot: Slot): void {
    if (!this.conforms || end === miss || !this.isCheckedWhole(kind, slot)) return;
    this.conforms = slot.check!.conformsWhole!(this.bytes, start, end, this.reader.isJson);
  }

  /** Returns the shape of the maps in a slot, one of which is at `at`. */
  protected shapeOf(slot: Slot, at: number): MapShape {
    if (slot.isKey) this.keysFit = false;
    this.checkKind(Kind.map, slot, at);
    slot.map ??= shapeBy(slot.check?.map, this.budget);
    return slot.map;
  }

  /** Returns the slot of the first element of a slot's arrays, one of which is at `at`. */
  protected elementOf(slot: Slot, at: number): Slot {
    if (slot.isKey) this.keysFit = false;
    this.checkKind(Kind.array, slot, at);
    slot.element ??= elementsBy(slot.check, this.budget) ?? this.#undecided;
    return slot.element;
  }

  /** Returns the table's columns for the names of the record itself; undefined for those of nested maps. */
  #columnsAt(depth: number): Columns | undefined {
    return depth === recordDepth ? this.columns : undefined;
  }

  protected skip(start: number): number {
    const { bytes } = this;
    let at = start;
    while (isBlank(bytes[at]!)) at++;
    return at;
  }
}
