import { IntTuples } from "./int-tuples.ts";

const width = 3;

/** The cache codes of a text and what each stands for, as places in the body: `"^0"` at `code` means `[start, end)`. */
export class Splices extends IntTuples {
  constructor() {
    super(width);
  }

  push(code: number, start: number, end: number): void {
    const at = this.add();
    this.ints[at] = code;
    this.ints[at + 1] = start;
    this.ints[at + 2] = end;
  }

  /** Appends all of `other`. */
  append(other: Splices): void {
    for (let i = 0; i < other.count; i++) this.push(other.code(i), other.start(i), other.end(i));
  }

  code(index: number): number {
    return this.ints[index * width]!;
  }

  start(index: number): number {
    return this.ints[index * width + 1]!;
  }

  end(index: number): number {
    return this.ints[index * width + 2]!;
  }
}
