import { quote } from "../values/bytes.ts";
import type { EnvelopeName } from "./envelope.ts";
import type { OpenNames } from "./names.ts";

/** Maps with more names than these are read without foresight. */
const namesMax = 256;

/** Shapes that a reader keeps: ordinary records have tens. */
const shapesMax = 10_000;

/** How many shapes may still be kept: a hostile line has millions of maps, each in a place of its own. */
interface ShapeBudget {
  left: number;
}

/**
 * The names that a map had when one was last read in the same place: records of a stream are alike, and a name that
 * comes as foreseen needs neither to be checked again nor compared with its map's others. It changes the speed and
 * nothing else.
 */
export class Shape {
  readonly #budget: ShapeBudget;
  /** The field of a message that each name was found to be; null for a name that is none. */
  readonly #fields: (EnvelopeName | null | undefined)[] = [];
  /** The strings' contents as they stand; a name may begin behind transit's tag. */
  readonly #starts: number[] = [];
  readonly #nameStarts: number[] = [];
  readonly #ends: number[] = [];
  readonly #inner: (Shape | undefined)[] = [];

  constructor(budget: ShapeBudget) {
    this.#budget = budget;
  }

  /** The shape of the map, or of the array's maps, that is the value of the name at `index`. */
  inner(index: number): Shape {
    const known = this.#inner[index];
    if (known !== undefined) return known;
    const shape = new Shape(this.#budget);
    if (index < namesMax && this.#budget.left > 0) {
      this.#budget.left--;
      this.#inner[index] = shape;
    }
    return shape;
  }

  /** What the name at `index` was found to be, if it came as foreseen. */
  field(index: number): EnvelopeName | null | undefined {
    return index < this.#starts.length ? this.#fields[index] : undefined;
  }

  noteField(index: number, field: EnvelopeName | null): void {
    if (index < this.#starts.length) this.#fields[index] = field;
  }

  /** Where the string whose opening quote is at `position` ends, if it is the name foreseen at `index`; else -1. */
  foreseenEnd(bytes: Uint8Array, position: number, index: number): number {
    if (index >= this.#starts.length) return -1;
    const end = this.#ends[index]!;
    let at = position + 1;
    for (let i = this.#starts[index]!; i < end; i++) if (bytes[i] !== bytes[at++]) return -1;
    return bytes[at] === quote ? at : -1;
  }

  /** Whether the content `bytes[start, end)` is the name foreseen at `index`. */
  isForeseen(bytes: Uint8Array, start: number, end: number, index: number): boolean {
    if (index >= this.#starts.length || this.#ends[index]! - this.#starts[index]! !== end - start)
      return false;
    // A cache code leads to the very place where the name was seen first.
    if (this.#starts[index] === start) return true;
    for (let i = this.#starts[index]!, at = start; at < end; i++) if (bytes[i] !== bytes[at++]) return false;
    this.#move(index, start);
    return true;
  }

  /** The same name stands at `start`, too, where codes of its line lead to. */
  #move(index: number, start: number): void {
    const by = start - this.#starts[index]!;
    this.#starts[index] = start;
    this.#nameStarts[index] = this.#nameStarts[index]! + by;
    this.#ends[index] = this.#ends[index]! + by;
  }

  /** The map goes another way from `index` on: its names so far are compared with those to come. */
  leave(names: OpenNames, mark: number, index: number): void {
    for (let i = 0; i < index; i++) names.add(mark, this.#nameStarts[i]!, this.#ends[i]!, 0);
    this.#starts.length = this.#nameStarts.length = this.#ends.length = index;
  }

  learn(index: number, start: number, nameStart: number, end: number): void {
    // Behind a key that is no name nothing is foreseen.
    if (index >= namesMax || index > this.#starts.length) return;
    this.#starts[index] = start;
    this.#nameStarts[index] = nameStart;
    this.#ends[index] = end;
    this.#fields[index] = undefined;
  }
}

/** Of a message's map, nothing foreseen yet. */
export const rootShape = (): Shape => new Shape({ left: shapesMax });
