import { IntTuples } from "./int-tuples.ts";
import type { Kind } from "./visitor.ts";

const width = 5;

/**
 * The members of one map, or the elements of one array, as offsets in the body. Allocates nothing per member;
 * reused from line to line.
 */
export class Members extends IntTuples {
  constructor() {
    super(width);
  }

  /**
   * Adds a member. `[start, end)` is the value's text: the content of a string, otherwise the whole token.
   */
  push(nameStart: number, nameEnd: number, kind: Kind, start: number, end: number): void {
    const at = this.add();
    const { ints } = this;
    ints[at] = nameStart;
    ints[at + 1] = nameEnd;
    ints[at + 2] = kind;
    ints[at + 3] = start;
    ints[at + 4] = end;
  }

  nameStart(index: number): number {
    return this.ints[index * width]!;
  }

  nameEnd(index: number): number {
    return this.ints[index * width + 1]!;
  }

  kind(index: number): Kind {
    return this.ints[index * width + 2]! as Kind;
  }

  start(index: number): number {
    return this.ints[index * width + 3]!;
  }

  end(index: number): number {
    return this.ints[index * width + 4]!;
  }
}
