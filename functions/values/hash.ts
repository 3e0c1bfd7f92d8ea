/** Returns a number that differs for most texts. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  return hash;
}

/**
 * 2³² divided by the golden ratio: the high bits of its product with a hash spread hashes in a row. Knuth,
 * The Art of Computer Programming, section 6.4.
 */
export const multiplier = 0x9e3779b1;
