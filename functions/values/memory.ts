/** Bytes, and a view of the same memory that reads several at once. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export const memoryOf = (bytes: Uint8Array): Memory => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
});

const wordBytes = 4;
/**
 * Texts are compared and copied eight bytes at a time, as doubles. This is exact for UTF-8 without NULs. A
 * NaN, whose bits a copy may change, has a byte of 0xf0 or more followed by 0x7f or 0xff, which is not UTF-8.
 * A zero, which has two equal forms, has NULs, which JSON escapes. In the loops, `| 0` marks sums that don't
 * overflow: the engine would check each one, and a copy would take half as long again.
 */
const doubleBytes = 8;
/** Above this many bytes, the engine's own copy is faster. */
const loopMax = 1_024;

/**
 * Returns whether the `length` bytes at `one` equal those at `other`. At least one of the two must be valid
 * UTF-8 without NULs.
 */
export function isSameText(view: DataView, one: number, other: number, length: number): boolean {
  if (one + length > view.byteLength) return false;
  if (length < wordBytes) {
    for (let i = 0; i < length; i++) if (view.getUint8(one + i) !== view.getUint8(other + i)) return false;
    return true;
  }
  if (length < doubleBytes) {
    const last = length - wordBytes;
    return (
      view.getInt32(one, true) === view.getInt32(other, true) &&
      view.getInt32(one + last, true) === view.getInt32(other + last, true)
    );
  }
  // The last eight bytes may overlap the previous ones.
  const last = length - doubleBytes;
  for (let i = 0; i < last; i = (i + doubleBytes) | 0)
    if (view.getFloat64((one + i) | 0, true) !== view.getFloat64((other + i) | 0, true)) return false;
  return view.getFloat64((one + last) | 0, true) === view.getFloat64((other + last) | 0, true);
}

/**
 * Copies `[start, end)` of `source`, which must be valid UTF-8, to `target` at `to`. Returns the end of the
 * copy.
 */
export function copyText(source: Memory, start: number, end: number, target: Memory, to: number): number {
  const length = end - start;
  if (length < doubleBytes || length > loopMax) return copyBytes(source, start, end, target, to);
  const { view: from } = source;
  const { view } = target;
  const last = length - doubleBytes;
  let i = 0;
  // Four at a time, all read before any is written: after a write, the engine checks the memory again.
  for (; i < ((last - 3 * doubleBytes) | 0); i = (i + 4 * doubleBytes) | 0) {
    const at = (start + i) | 0;
    const first = from.getFloat64(at, true);
    const second = from.getFloat64((at + doubleBytes) | 0, true);
    const third = from.getFloat64((at + 2 * doubleBytes) | 0, true);
    const fourth = from.getFloat64((at + 3 * doubleBytes) | 0, true);
    const copy = (to + i) | 0;
    view.setFloat64(copy, first, true);
    view.setFloat64((copy + doubleBytes) | 0, second, true);
    view.setFloat64((copy + 2 * doubleBytes) | 0, third, true);
    view.setFloat64((copy + 3 * doubleBytes) | 0, fourth, true);
  }
  for (; i < last; i = (i + doubleBytes) | 0)
    view.setFloat64((to + i) | 0, from.getFloat64((start + i) | 0, true), true);
  // The last eight bytes may overlap the previous ones.
  view.setFloat64((to + last) | 0, from.getFloat64((start + last) | 0, true), true);
  return to + length;
}

/** The same for short texts, and for long ones. */
function copyBytes(source: Memory, start: number, end: number, target: Memory, to: number): number {
  const length = end - start;
  if (length > loopMax) target.bytes.set(source.bytes.subarray(start, end), to);
  else for (let i = 0; i < length; i++) target.bytes[to + i] = source.bytes[start + i]!;
  return to + length;
}
