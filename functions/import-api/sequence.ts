import { zero } from "../values/bytes.ts";

const ten = 10;

const utf8 = new TextEncoder();

/**
 * Text that holds a sequence, whose digits are counted on in place: 19 digits don't fit a JavaScript number.
 */
export class SequencedText {
  readonly #bytes: Uint8Array;
  readonly #digitsEnd: number;
  #n = 0;

  /** `head`, the digits of `first`, `tail`. */
  constructor(head: string, first: bigint, tail: string) {
    this.#bytes = utf8.encode(`${head}${first}${tail}`);
    this.#digitsEnd = this.#bytes.length - utf8.encode(tail).length;
  }

  /**
   * The text with the digits of `first + n`, good until the next call. `n` may not be less than the one
   * before.
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
