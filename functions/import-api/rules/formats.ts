import { colon, dot, minus, nine, plus, zero } from "../../values/bytes.ts";
import { isHostname, isIpv4, isIpv6 } from "./addresses.ts";
import { isEmail } from "./email.ts";
import {
  isOrdinaryEmail,
  isOrdinaryHostname,
  isOrdinaryIpv4,
  isOrdinaryIpv6,
  isOrdinaryUri,
} from "./ordinary-texts.ts";
import { isUri } from "./uri.ts";

/**
 * A `java.time.DateTimeFormatter` of `yyyy-MM-dd'T'HH:mm:ss`, with an optional fraction of 1 to 9 digits
 * and an offset with a colon. It accepts 30 February, 24:00 and, with a sign, years beyond 9999.
 */
const year = String.raw`(?!0000)(?:\d{4}|\+(?=\d{5,19}-)(?!0+-)0*\d{1,9})`;
const monthAndDay = String.raw`(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const time = String.raw`(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?|24:00:00(?:\.0{1,9})?)`;
const zone = String.raw`(?:Z|[+-](?:(?:0\d|1[0-7]):[0-5]\d|18:00))`;
const dateTime = new RegExp(`^${year}-${monthAndDay}T${time}${zone}$`);

/**
 * The six formats of everit json-schema 1.5.1 (FormatValidator.forFormat), which the Import API checks. All
 * others are annotations. Each check takes linear time. test/import-api/rules compares them with the
 * results of the real libraries.
 */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": text => dateTime.test(text),
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: isIpv6,
  uri: isUri,
};

/** Faster ways to the same answers for what most taps print. They say no where they are not sure. */
export const formatsByText = {
  "date-time": isOrdinaryTime,
  email: isOrdinaryEmail,
  hostname: isOrdinaryHostname,
  ipv4: isOrdinaryIpv4,
  ipv6: isOrdinaryIpv6,
  uri: isOrdinaryUri,
};

/**
 * Returns whether a text is like `2026-11-23T12:00:00`, then a fraction of up to 9 digits, then `Z` or an
 * offset of at most 17:59.
 */
function isOrdinaryTime(bytes: Uint8Array, start: number, end: number): boolean {
  const isOrdinary =
    isWithin(bytes, start, 10, 99) &&
    isWithin(bytes, start + 2, 0, 99) &&
    bytes[start + 4] === minus &&
    isWithin(bytes, start + 5, 1, 12) &&
    bytes[start + 7] === minus &&
    isWithin(bytes, start + 8, 1, 31) &&
    bytes[start + 10] === 0x54 && // T
    isWithin(bytes, start + 11, 0, 23) &&
    bytes[start + 13] === colon &&
    isWithin(bytes, start + 14, 0, 59) &&
    bytes[start + 16] === colon &&
    isWithin(bytes, start + 17, 0, 59);
  if (!isOrdinary) return false;
  let at = start + 19;
  if (bytes[at] === dot) {
    const fraction = ++at;
    while (bytes[at]! >= zero && bytes[at]! <= nine) at++;
    if (at === fraction || at - fraction > 9) return false;
  }
  if (bytes[at] === 0x5a) return at + 1 === end; // Z
  const isOffset = bytes[at] === plus || bytes[at] === minus;
  return (
    isOffset &&
    at + 6 === end &&
    isWithin(bytes, at + 1, 0, 17) &&
    bytes[at + 3] === colon &&
    isWithin(bytes, at + 4, 0, 59)
  );
}

/** Returns whether two digits are there, and within these bounds. */
function isWithin(bytes: Uint8Array, at: number, least: number, most: number): boolean {
  const [tens, ones] = [bytes[at]! - zero, bytes[at + 1]! - zero];
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return false;
  return 10 * tens + ones >= least && 10 * tens + ones <= most;
}
