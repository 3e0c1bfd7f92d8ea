import type { ByteWriter } from "./byte-writer.ts";
import { quote } from "./bytes.ts";
import { IntTuples } from "./int-tuples.ts";
import { copyText, type Memory } from "./memory.ts";

const width = 3;
/** In codes: enough for a large body of ordinary records. The encoder finds further ones again. */
export const splicesMax = 1_000_000;

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

  /** Returns the start of what code `n` stands for; undefined if that is not the code at `code`. */
  startOf(n: number, code: number): number | undefined {
    return n < this.count && this.ints[width * n] === code ? this.ints[width * n + 1] : undefined;
  }

  /**
   * Appends all of `other`. `share`, up to 1, is how much of the body has been read: room is reserved for as
   * many codes in the rest.
   */
  append(other: Splices, share: number): void {
    const all = this.count + other.count;
    if (width * all > this.ints.length) this.reserve(Math.min(Math.ceil((1.2 * all) / share), splicesMax));
    const at = this.addMany(other.count);
    const { ints } = this;
    const count = other.count * width;
    for (let i = 0; i < count; i++) ints[at + i] = other.ints[i]!;
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
      to = copyText(source, from, code, target, to);
      to = copyText(source, ints[i + 1]!, ints[i + 2]!, target, to);
      // One digit or two.
      from = source.bytes[code + 2] === quote ? code + 2 : code + 3;
    }
    out.length = copyText(source, from, end, target, to);
  }
}
