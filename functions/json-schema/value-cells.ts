import { textOf } from "../values/utf8.ts";
import { Kind } from "../values/visitor.ts";
import { numberAsWritten } from "./exact-number.ts";
import { ExactReader } from "./exact-reader.ts";
import { scalarOf } from "./scalars.ts";
import { ValueNames } from "./value-names.ts";

const reader = new ExactReader(numberAsWritten);
const noBytes = new Uint8Array();

/** A cell has so many integers. */
const cellSize = 7;
const cellsMin = 64;
const Field = {
  kind: 0,
  /** The value's text; a string's is its raw content. */
  start: 1,
  end: 2,
  after: 3,
  /** The number of members or elements. */
  count: 4,
  /** If it is a member: the id of its name, and where that begins. */
  nameId: 5,
  nameStart: 6,
} as const;

/**
 * A JSON value and all that it holds, each a cell of integers: they can be read many times, and there is
 * no object for each. The values in a map or an array follow it. A value is known by the place of its cell;
 * the first one's is 0.
 */
export class ValueCells {
  readonly names = new ValueNames();
  bytes: Uint8Array = noBytes;
  #cells = new Int32Array(cellsMin * cellSize);
  /** The place of the next cell. */
  protected length = 0;
  /** By kind: the types that the values may have, as bits. */
  protected kindTypes: readonly (number | undefined)[] = [];
  /** The maps and arrays that were parsed. */
  readonly #parsed = new Map<number, unknown>();

  protected begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.length = 0;
  }

  /** Forgets the body, which this outlives. */
  end(): void {
    this.bytes = noBytes;
    // To clear an empty map takes longer than to read a short value.
    if (this.#parsed.size > 0) this.#parsed.clear();
  }

  kindOf(value: number): Kind {
    return this.#cells[value + Field.kind]! as Kind;
  }

  startOf(value: number): number {
    return this.#cells[value + Field.start]!;
  }

  endOf(value: number): number {
    return this.#cells[value + Field.end]!;
  }

  /** Returns the number of a map's members, or of an array's elements. */
  countOf(value: number): number {
    return this.#cells[value + Field.count]!;
  }

  /** Returns the types that a value may have, as bits. */
  typesOf(value: number): number {
    return this.kindTypes[this.kindOf(value)]!;
  }

  /** Returns the first value in a map or an array; the one after it if it is empty. */
  firstIn(value: number): number {
    return value + cellSize;
  }

  /** Returns the value after this one and all that it holds. */
  after(value: number): number {
    return this.#cells[value + Field.after]!;
  }

  nameOf(member: number): string {
    return this.names.textOf(this.#cells[member + Field.nameId]!);
  }

  /** Returns the start of the raw content of a member's name. */
  protected nameStartOf(member: number): number {
    return this.#cells[member + Field.nameStart]!;
  }

  /** Makes `names.has` know the names of a map. */
  noteNames(map: number): void {
    this.names.beginMap();
    const end = this.after(map);
    for (let member = this.firstIn(map); member < end; member = this.after(member))
      this.names.add(this.#cells[member + Field.nameId]!);
  }

  /** Returns whether a map or an array has been parsed. */
  isParsed(value: number): boolean {
    return this.#parsed.has(value);
  }

  /** Returns a value as checks of values get it. */
  parsed(value: number): unknown {
    const [start, end] = [this.startOf(value), this.endOf(value)];
    if (this.kindOf(value) < Kind.map) return scalarOf(this.kindOf(value), this.bytes, start, end);
    const known = this.#parsed.get(value) ?? reader.read(textOf(this.bytes, start, end));
    this.#parsed.set(value, known);
    return known;
  }

  protected newCell(): number {
    const cell = this.length;
    this.length += cellSize;
    if (this.length <= this.#cells.length) return cell;
    const cells = new Int32Array(2 * this.#cells.length);
    cells.set(this.#cells);
    this.#cells = cells;
    return cell;
  }

  /** Fills a cell once all that the value holds has been read. */
  protected fill(cell: number, kind: Kind, start: number, end: number): void {
    const cells = this.#cells;
    cells[cell + Field.kind] = kind;
    cells[cell + Field.start] = start;
    cells[cell + Field.end] = end;
    cells[cell + Field.after] = this.length;
  }

  protected setCount(container: number, members: number): void {
    this.#cells[container + Field.count] = members;
  }

  protected nameMember(member: number, start: number, end: number): void {
    this.#cells[member + Field.nameId] = this.names.idOf(this.bytes, start, end);
    this.#cells[member + Field.nameStart] = start;
  }
}
