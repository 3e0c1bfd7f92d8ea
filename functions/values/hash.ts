/** Returns a number that differs for most texts. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  return hash;
}

/** 2³² divided by the golden ratio: Knuth, The Art of Computer Programming, section 6.4. */
const multiplier = 0x9e3779b1;

/**
 * Returns the place of a hash in a table of `size` places, a power of 2: the high bits of a product. Names
 * such as `column_1` and `column_2` have hashes in a row, whose low bits would fill places in a row.
 */
export const placeOf = (hash: number, size: number): number =>
  Math.imul(hash, multiplier) >>> (Math.clz32(size) + 1);
