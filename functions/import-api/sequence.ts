import { zero } from "../values/bytes.ts";

const ten = 10;

const utf8 = new TextEncoder();

/** Text with a sequence, which is incremented in place: 19 digits don't fit a JavaScript number. */
export class SequencedText {
  readonly #bytes: Uint8Array;
  readonly #digitsEnd: number;
  #n = 0;

  /** The text is `head`, the digits of `first`, and `tail`. */
  constructor(head: string, first: bigint, tail: string) {
    this.#bytes = utf8.encode(`${head}${first}${tail}`);
    this.#digitsEnd = this.#bytes.length - utf8.encode(tail).length;
  }

  /**
   * Returns the text with the digits of `first + n`, valid until the next call. `n` must not be less than
   * in the last call.
   */
  of(n: number): Uint8Array {
    const bytes = this.#bytes;
    let at = this.#digitsEnd;
    for (let carry = n - this.#n; carry > 0; carry = Math.trunc(carry / ten)) {
      carry += bytes[--at]! - zero;
      bytes[at] = zero + (carry % ten);
    }
    this.#n = n;
    return bytes;
  }
}
