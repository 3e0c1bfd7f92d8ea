import type { ByteWriter } from "./byte-writer.ts";
import { IntTuples } from "./int-tuples.ts";
import { quote } from "./text.ts";

const width = 3;
/** Below this many bytes a loop beats the call of `set`. */
const shortRun = 32;

/** Copies `bytes[start, end)` to `target` at `to`, and says where it ends. */
function copy(bytes: Uint8Array, start: number, end: number, target: Uint8Array, to: number): number {
  if (end - start > shortRun) {
    target.set(bytes.subarray(start, end), to);
    return to + end - start;
  }
  let at = to;
  for (let i = start; i < end; i++) target[at++] = bytes[i]!;
  return at;
}

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
    const at = this.addMany(other.count);
    this.ints.set(other.ints.subarray(0, other.count * width), at);
  }

  /**
   * Writes `bytes[start, end)` with what its codes stand for in their places, from the code at `index` on; at most `growth`
   * bytes more than it has.
   */
  write(out: ByteWriter, bytes: Uint8Array, start: number, end: number, index: number, growth: number): void {
    const { ints } = this;
    const target = out.reserve(end - start + growth);
    const last = width * this.count;
    let to = out.length;
    let from = start;
    for (let i = width * index; i < last && ints[i]! < end; i += width) {
      const code = ints[i]!;
      to = copy(bytes, from, code, target, to);
      to = copy(bytes, ints[i + 1]!, ints[i + 2]!, target, to);
      // One digit or two.
      from = bytes[code + 2] === quote ? code + 2 : code + 3;
    }
    out.length = copy(bytes, from, end, target, to);
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
