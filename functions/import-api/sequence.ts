import type { ByteWriter } from "../stitchstream/byte-writer.ts";

const lowDigits = 9;
const lowModulus = 1_000_000_000;

const utf8 = new TextEncoder();

/** Writes `first + n` as digits, without a BigInt a record: 19 digits don't fit a JavaScript number. */
export class SequenceWriter {
  readonly #high: bigint;
  readonly #highDigits: Uint8Array;
  readonly #low: number;

  constructor(first: bigint) {
    this.#high = first / BigInt(lowModulus);
    this.#highDigits = utf8.encode(String(this.#high));
    this.#low = Number(first % BigInt(lowModulus));
  }

  write(out: ByteWriter, n: number): void {
    const low = this.#low + n;
    if (low < lowModulus) {
      out.all(this.#highDigits);
      out.digits(low, lowDigits);
    } else out.ascii(String(this.#high * BigInt(lowModulus) + BigInt(low)));
  }
}
