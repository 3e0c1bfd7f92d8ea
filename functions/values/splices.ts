import type { ByteWriter } from "./byte-writer.ts";
import { quote, wordBytes } from "./bytes.ts";
import { IntTuples } from "./int-tuples.ts";

const width = 3;
/** Below this many bytes a loop over words is faster than `set`. */
const shortRun = 96;

/** Bytes, and a view of the same memory for reads of whole words. */
interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Copies `[start, end)` to `target` at `to`. Returns the end of the copy. */
function copy(source: Memory, start: number, end: number, target: Memory, to: number): number {
  if (end - start > shortRun) {
    target.bytes.set(source.bytes.subarray(start, end), to);
    return to + end - start;
  }
  let from = start;
  let at = to;
  for (const last = end - wordBytes; from <= last; from += wordBytes, at += wordBytes)
    target.view.setInt32(at, source.view.getInt32(from, true), true);
  while (from < end) target.bytes[at++] = source.bytes[from++]!;
  return at;
}

/**
 * The cache codes of a text and their meanings, as offsets in the body: `"^0"` at `code` stands for `[start,
 * end)`.
 */
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
   * Writes `[start, end)` of the body with its cache codes, from the one at `index`, replaced by their
   * meanings. This adds at most `growth` bytes.
   */
  write(out: ByteWriter, source: Memory, start: number, end: number, index: number, growth: number): void {
    const { ints } = this;
    const target = out.reserve(end - start + growth);
    const last = width * this.count;
    let to = out.length;
    let from = start;
    for (let i = width * index; i < last && ints[i]! < end; i += width) {
      const code = ints[i]!;
      to = copy(source, from, code, target, to);
      to = copy(source, ints[i + 1]!, ints[i + 2]!, target, to);
      // One digit or two.
      from = source.bytes[code + 2] === quote ? code + 2 : code + 3;
    }
    out.length = copy(source, from, end, target, to);
  }

  start(index: number): number {
    return this.ints[index * width + 1]!;
  }

  end(index: number): number {
    return this.ints[index * width + 2]!;
  }
}
