import { colon, dot, minus, nine, zero } from "../values/bytes.ts";
import { stringOf } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import type { EnvelopeField } from "./envelope.ts";

/**
 * The Import API's syntax, import-api.md section 2: a zone of at most 18 hours, capital letters and a year of
 * four digits. Of the hour 24, only 24:00:00 is valid.
 */
const date = String.raw`(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const time = String.raw`(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?|24:00:00)`;
const zone = String.raw`(Z|[+-]((0\d|1[0-7]):[0-5]\d|18:00))`;
const dateTime = new RegExp(`^${date}T${time}${zone}$`);

const [letterT, letterZ] = [0x54, 0x5a];
const noNumber = 100;

/** Returns the number that two digits write; `noNumber` for other bytes. */
function pairAt(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at]! - zero, bytes[at + 1]! - zero];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : noNumber;
}

const isWithin = (number: number, least: number, most: number) => number >= least && number <= most;

/** Returns whether the bytes are a time of UTC in its usual form. It may miss some, and accepts no others. */
function isUsual(bytes: Uint8Array, start: number, end: number): boolean {
  const isDate =
    isWithin(pairAt(bytes, start), 1, 99) &&
    isWithin(pairAt(bytes, start + 2), 0, 99) &&
    bytes[start + 4] === minus &&
    isWithin(pairAt(bytes, start + 5), 1, 12) &&
    bytes[start + 7] === minus &&
    isWithin(pairAt(bytes, start + 8), 1, 31);
  const isTime =
    bytes[start + 10] === letterT &&
    isWithin(pairAt(bytes, start + 11), 0, 23) &&
    bytes[start + 13] === colon &&
    isWithin(pairAt(bytes, start + 14), 0, 59) &&
    bytes[start + 16] === colon &&
    isWithin(pairAt(bytes, start + 17), 0, 59);
  if (!isDate || !isTime) return false;
  let at = start + 19;
  if (bytes[at] === dot) {
    const fraction = ++at;
    while (bytes[at]! >= zero && bytes[at]! <= nine) at++;
    if (!isWithin(at - fraction, 1, 9)) return false;
  }
  return bytes[at] === letterZ && at + 1 === end;
}

/** Returns whether a record's optional `time_extracted` is valid. */
export function isTimeOrNone(
  bytes: Uint8Array,
  { present, kind, contentStart, contentEnd }: EnvelopeField,
): boolean {
  if (!present || kind === Kind.null || kind === Kind.instant) return true;
  if (kind !== Kind.text) return false;
  return isUsual(bytes, contentStart, contentEnd) || dateTime.test(stringOf(bytes, contentStart, contentEnd));
}
