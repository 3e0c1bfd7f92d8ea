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
  const at = (offset: number) => bytes[start + offset];
  const isShaped =
    end - start > secondsEnd &&
    at(4) === minus &&
    at(7) === minus &&
    at(10) === letterT &&
    at(13) === colon &&
    at(16) === colon;
  if (!isShaped) return false;
  const two = (offset: number) => twoDigits(bytes, start + offset);
  const [century, year, month, day] = [two(0), two(2), two(5), two(8)];
  const isDate =
    century >= 0 && year >= 0 && 100 * century + year > 0 && isDay(100 * century + year, month, day);
  const isTime = isWithin(two(11), 23) && isWithin(two(14), 59) && isWithin(two(17), 59);
  return isDate && isTime && isZone(bytes, fractionEnd(bytes, start + secondsEnd, end), end);
}

const isWithin = (value: number, max: number) => value >= 0 && value <= max;

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > longDays.length || day < 1 || day > longDays[month - 1]!) return false;
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

/** Returns the value of two digits; -1 for other bytes. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at]!, bytes[at + 1]!];
  return isDigit(tens) && isDigit(ones) ? 10 * (tens - zero) + ones - zero : -1;
}
