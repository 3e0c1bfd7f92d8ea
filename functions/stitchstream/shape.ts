import { quote } from "../values/bytes.ts";
import type { EnvelopeName } from "./envelope.ts";
import type { OpenNames } from "./names.ts";

/** Maps with more names than these are read without prediction. */
const namesMax = 256;

/** The most shapes that a reader keeps: ordinary records have tens. */
const shapesMax = 10_000;

/**
 * How many more shapes may be kept: a hostile line may have millions of maps, each with a place of its own.
 */
interface ShapeBudget {
  left: number;
}

/**
 * The names of the map that was last read in the same place, as a prediction. Records of a stream are alike,
 * and a predicted name needs neither to be checked again nor compared with the map's other names. It changes
 * the speed and nothing else.
 */
export class Shape {
  readonly #budget: ShapeBudget;
  /** The envelope's field of each name; null for other names. */
  readonly #fields: (EnvelopeName | null | undefined)[] = [];
  /** The raw contents of the names' strings, with any transit tag. */
  readonly #starts: number[] = [];
  readonly #nameStarts: number[] = [];
  readonly #ends: number[] = [];
  readonly #inner: (Shape | undefined)[] = [];

  constructor(budget: ShapeBudget) {
    this.#budget = budget;
  }

  /** Returns the shape of the value of the name at `index`: of a map, or of an array's maps. */
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

  /** Returns the envelope's field of the predicted name at `index`. */
  field(index: number): EnvelopeName | null | undefined {
    return index < this.#starts.length ? this.#fields[index] : undefined;
  }

  noteField(index: number, field: EnvelopeName | null): void {
    if (index < this.#starts.length) this.#fields[index] = field;
  }

  /** Returns the end of the string at `position` if it is the name predicted at `index`; otherwise -1. */
  foreseenEnd(bytes: Uint8Array, position: number, index: number): number {
    if (index >= this.#starts.length) return -1;
    const end = this.#ends[index]!;
    let at = position + 1;
    for (let i = this.#starts[index]!; i < end; i++) if (bytes[i] !== bytes[at++]) return -1;
    return bytes[at] === quote ? at : -1;
  }

  /** Returns whether the content `bytes[start, end)` is the name predicted at `index`. */
  isForeseen(bytes: Uint8Array, start: number, end: number, index: number): boolean {
    if (index >= this.#starts.length || this.#ends[index]! - this.#starts[index]! !== end - start)
      return false;
    // A cache code refers to the offset where the name was first seen.
    if (this.#starts[index] === start) return true;
    for (let i = this.#starts[index]!, at = start; at < end; i++) if (bytes[i] !== bytes[at++]) return false;
    this.#move(index, start);
    return true;
  }

  /** Remembers that the same name is also at `start`, which cache codes of its line refer to. */
  #move(index: number, start: number): void {
    const by = start - this.#starts[index]!;
    this.#starts[index] = start;
    this.#nameStarts[index] = this.#nameStarts[index]! + by;
    this.#ends[index] = this.#ends[index]! + by;
  }

  /** Ends the prediction at `index`: the map's names so far must be compared with the following ones. */
  leave(names: OpenNames, mark: number, index: number): void {
    for (let i = 0; i < index; i++) names.add(mark, this.#nameStarts[i]!, this.#ends[i]!, 0);
    this.#starts.length = this.#nameStarts.length = this.#ends.length = index;
  }

  learn(index: number, start: number, nameStart: number, end: number): void {
    // Nothing is predicted after a key that is not a name.
    if (index >= namesMax || index > this.#starts.length) return;
    this.#starts[index] = start;
    this.#nameStarts[index] = nameStart;
    this.#ends[index] = end;
    this.#fields[index] = undefined;
  }
}

/** Returns the shape of a message's map, without predictions. */
export const rootShape = (): Shape => new Shape({ left: shapesMax });
