import type { ByteWriter } from "../values/byte-writer.ts";
import { dot, minus, nine, plus, zero } from "../values/bytes.ts";

/**
 * Values as COPY's binary format has them: postgresql.org/docs/current/sql-copy.html, "Binary Format", and
 * the `…_recv` functions in src/backend/utils/adt. Each writes to `view` at `to`, and returns the end.
 */

/** A value's text: `bytes[start, end)`. */
export interface Text {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The signature, no flags, and no extension. */
const head = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const trailer = Buffer.from([0xff, 0xff]);

export const beginCopy = (out: ByteWriter): void => out.all(head);
export const endCopy = (out: ByteWriter): void => out.all(trailer);

const ascii = new TextDecoder("latin1");
const int64Bytes = 8;
const wordRange = 2 ** 32;
/** So many digits and a sign are exact as doubles. */
const exactChars = 15;

/** Writes a signed integer of 64 bits. */
export function writeInt64(value: bigint, view: DataView, to: number): number {
  view.setBigInt64(to, value);
  return to + int64Bytes;
}

function writeExactInteger(value: number, view: DataView, to: number): number {
  view.setInt32(to, Math.floor(value / wordRange));
  view.setInt32(to + 4, value);
  return to + int64Bytes;
}

/** Writes the bigint with these digits. */
export function writeBigint({ bytes, start, end }: Text, view: DataView, to: number): number {
  if (end - start > exactChars) return writeInt64(BigInt(textOf(bytes, start, end)), view, to);
  const isNegative = bytes[start] === minus;
  const value = digitsOf(bytes, isNegative ? start + 1 : start, end);
  return writeExactInteger(isNegative ? -value : value, view, to);
}

const textOf = (bytes: Uint8Array, start: number, end: number) => ascii.decode(bytes.subarray(start, end));

function digitsOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = 10 * value + bytes[at]! - zero;
  return value;
}

/** numeric's digits are of base 10,000. */
const groupDigits = 4;
const negativeSign = 0x4000;
/** The number of groups, the weight of the first one, the sign, and how many decimals are shown. */
const numericHeadBytes = 8;
const groupBytes = 2;

/** Writes the numeric that a number of JSON's form is. PostgreSQL drops zeros at the end of its groups. */
export function writeNumeric({ bytes, start, end }: Text, view: DataView, to: number): number {
  const isNegative = bytes[start] === minus;
  let at = isNegative ? start + 1 : start;
  let wholeEnd = at;
  while (wholeEnd < end && bytes[wholeEnd]! >= zero && bytes[wholeEnd]! <= nine) wholeEnd++;
  let digitsEnd = wholeEnd;
  if (bytes[wholeEnd] === dot) while (++digitsEnd < end && bytes[digitsEnd]! <= nine);
  const exponent = digitsEnd === end ? 0 : Number(textOf(bytes, digitsEnd + 1, end));
  const decimals = Math.max(0, digitsEnd - wholeEnd - 1);
  // How many digits are before the decimal point, from the first that is not zero.
  let whole = wholeEnd - at + exponent;
  for (; at < digitsEnd && (bytes[at] === zero || bytes[at] === dot); at++) if (bytes[at] === zero) whole--;
  const weight = Math.ceil(whole / groupDigits) - 1;
  let missing = whole - groupDigits * weight;
  let group = 0;
  let next = to + numericHeadBytes;
  for (; at < digitsEnd; at++) {
    if (bytes[at] === dot) continue;
    group = 10 * group + bytes[at]! - zero;
    if (--missing > 0) continue;
    view.setInt16(next, group);
    next += groupBytes;
    group = 0;
    missing = groupDigits;
  }
  if (group !== 0) {
    for (; missing > 0; missing--) group *= 10;
    view.setInt16(next, group);
    next += groupBytes;
  }
  view.setInt16(to, (next - to - numericHeadBytes) / groupBytes);
  view.setInt16(to + 2, next === to + numericHeadBytes ? 0 : weight);
  view.setInt16(to + 4, isNegative ? negativeSign : 0);
  view.setInt16(to + 6, Math.max(0, decimals - exponent));
  return next;
}

const [daySeconds, hourSeconds, minuteSeconds] = [86_400, 3_600, 60];
const secondMicroseconds = 1_000_000;
/** From 1 March of the year 0 to 2000-01-01, from which PostgreSQL counts. */
const epochDays = 730_425;
/** `2026-11-23T12:00:00` */
const secondsEnd = 19;
const fractionDigits = 6;

/** Writes a timestamptz, an instant for which `isExactInstant` holds: microseconds since 2000-01-01. */
export function writeInstant({ bytes, start }: Text, view: DataView, to: number): number {
  const year = 100 * twoDigits(bytes, start) + twoDigits(bytes, start + 2);
  const day = daysSinceEpoch(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8));
  const time =
    hourSeconds * twoDigits(bytes, start + 11) +
    minuteSeconds * twoDigits(bytes, start + 14) +
    twoDigits(bytes, start + 17);
  let at = start + secondsEnd;
  let fraction = 0;
  if (bytes[at] === dot) {
    let digits = 0;
    for (at++; bytes[at]! >= zero && bytes[at]! <= nine; at++)
      if (digits++ < fractionDigits) fraction = 10 * fraction + bytes[at]! - zero;
    for (; digits < fractionDigits; digits++) fraction *= 10;
  }
  const seconds = daySeconds * day + time - offsetOf(bytes, at);
  const microseconds = secondMicroseconds * seconds + fraction;
  if (Number.isSafeInteger(microseconds)) return writeExactInteger(microseconds, view, to);
  return writeInt64(BigInt(secondMicroseconds) * BigInt(seconds) + BigInt(fraction), view, to);
}

const twoDigits = (bytes: Uint8Array, at: number) => 10 * bytes[at]! + bytes[at + 1]! - 11 * zero;

/** Returns the seconds by which a zone is ahead of UTC. */
function offsetOf(bytes: Uint8Array, at: number): number {
  const sign = bytes[at] === plus ? 1 : bytes[at] === minus ? -1 : 0;
  if (sign === 0) return 0;
  return sign * (hourSeconds * twoDigits(bytes, at + 1) + minuteSeconds * twoDigits(bytes, at + 4));
}

/** By howardhinnant.github.io/date_algorithms.html, "days_from_civil", for years from 0 on. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const from = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400);
  return 365 * from + leapDays + dayOfYear - epochDays;
}

/** Writes the uuid of 32 hexadecimal digits and four hyphens. */
export function writeUuid({ bytes, start, end }: Text, view: DataView, to: number): number {
  const digits = textOf(bytes, start, end).replaceAll("-", "");
  for (let n = 0; n < digits.length; n += 2)
    view.setUint8(to + n / 2, Number.parseInt(digits.slice(n, n + 2), 16));
  return to + digits.length / 2;
}
