import { IntTuples } from "../values/int-tuples.ts";
import type { Kind } from "../values/visitor.ts";

/** A value's start and end, and in one integer its field, its kind, and whether it has an escape. */
export const valueWidth = 3;
const [fieldShift, kindShift, kindMask] = [6, 1, 0x1f];

/** The places of records' values in a body, `valueWidth` integers for each value: start, end and facts. */
export class ScannedValues extends IntTuples {
  constructor() {
    super(valueWidth);
  }

  /** Adds a value. */
  push(start: number, end: number, facts: number): void {
    const at = this.add();
    const { ints } = this;
    ints[at] = start;
    ints[at + 1] = end;
    ints[at + 2] = facts;
  }
}

export const factsOf = (position: number, kind: Kind, isEscaped: boolean): number =>
  (position << fieldShift) | (kind << kindShift) | (isEscaped ? 1 : 0);

/** Returns the position of a value's field among those of its table. */
export const positionIn = (facts: number): number => facts >> fieldShift;

export const kindIn = (facts: number): Kind => ((facts >> kindShift) & kindMask) as Kind;

/** Returns whether a value's text has a backslash. */
export const isEscapedIn = (facts: number): boolean => (facts & 1) === 1;
