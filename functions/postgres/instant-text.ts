import { colon, dot, minus, nine, plus, zero } from "../values/bytes.ts";

const letterT = 0x54;
const letterZ = 0x5a;
/** `2026-11-23T12:00:00` */
const secondsEnd = 19;
/** timestamptz has microseconds: postgresql.org/docs/current/datatype-datetime.html */
const fractionDigitsMax = 6;
/** The largest offset that PostgreSQL reads: MAX_TZDISP_HOUR in src/include/datatype/timestamp.h */
const offsetHoursMax = 15;
const longDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Returns whether timestamptz holds a date-time of RFC 3339 exactly: it exists, is of the years 0001 to 9999
 * and has at most six digits of a fraction, further zeros aside.
 */
export function isExactInstant(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= secondsEnd || !isShaped(bytes, start)) return false;
  const year = 100 * twoDigits(bytes, start) + twoDigits(bytes, start + 2);
  if (!isDay(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8))) return false;
  return isTime(bytes, start + 11) && isZone(bytes, fractionEnd(bytes, start + secondsEnd, end), end);
}

const isShaped = (bytes: Uint8Array, start: number) =>
  bytes[start + 4] === minus &&
  bytes[start + 7] === minus &&
  bytes[start + 10] === letterT &&
  bytes[start + 13] === colon &&
  bytes[start + 16] === colon;

const isTime = (bytes: Uint8Array, start: number) =>
  isWithin(twoDigits(bytes, start), 23) &&
  isWithin(twoDigits(bytes, start + 3), 59) &&
  isWithin(twoDigits(bytes, start + 6), 59);

const isWithin = (value: number, max: number) => value >= 0 && value <= max;

function isDay(year: number, month: number, day: number): boolean {
  if (!isWithin(month - 1, longDays.length - 1) || !isWithin(day - 1, longDays[month - 1]! - 1)) return false;
  if (!(year >= 1)) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month !== 2 || day < 29 || isLeap;
}

/** Returns the end of a fraction that is exact; NaN for one that is not. */
function fractionEnd(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== dot) return start;
  let at = start + 1;
  for (; at < end && isDigit(bytes[at]!); at++)
    if (at - start > fractionDigitsMax && bytes[at] !== zero) return Number.NaN;
  return at === start + 1 ? Number.NaN : at;
}

function isZone(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 1) return bytes[start] === letterZ;
  const isSigned = bytes[start] === plus || bytes[start] === minus;
  if (end - start !== 6 || !isSigned || bytes[start + 3] !== colon) return false;
  return isWithin(twoDigits(bytes, start + 1), offsetHoursMax) && isWithin(twoDigits(bytes, start + 4), 59);
}

const isDigit = (byte: number) => byte >= zero && byte <= nine;

/** Returns the value of two digits; NaN for other bytes. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]!;
  const ones = bytes[at + 1]!;
  return isDigit(tens) && isDigit(ones) ? 10 * (tens - zero) + ones - zero : Number.NaN;
}
