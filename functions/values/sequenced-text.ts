import type { ByteWriter } from "./byte-writer.ts";
import { zero } from "./bytes.ts";
import { type Memory, memoryOf } from "./memory.ts";

const ten = 10;

/** Text with a sequence, which is incremented in place: 19 digits don't fit a JavaScript number. */
export class SequencedText {
  readonly #text: Memory;
  readonly #digitsEnd: number;
  readonly #first: string;
  #n = 0;

  /** The text is `head`, `first`, which are the digits of the first sequence, and `tail`. */
  constructor(head: string, first: string, tail: string) {
    this.#text = memoryOf(Buffer.from(head + first + tail));
    this.#digitsEnd = this.#text.bytes.length - Buffer.byteLength(tail);
    this.#first = first;
  }

  /** Writes the text with the digits of `first + n`. */
  write(n: number, out: ByteWriter): void {
    if (n < this.#n) this.#reset();
    const { bytes } = this.#text;
    let at = this.#digitsEnd;
    // The body has fewer than 2^31 records, so that integers suffice.
    for (let carry = n - this.#n; carry > 0; carry = (carry / ten) | 0) {
      carry += bytes[--at]! - zero;
      bytes[at] = zero + (carry % ten);
    }
    this.#n = n;
    out.allText(this.#text);
  }

  /** Writes the first digits again: a batch is encoded once more, or in halves. */
  #reset(): void {
    this.#text.bytes.set(Buffer.from(this.#first), this.#digitsEnd - this.#first.length);
    this.#n = 0;
  }
}
