import { colon, dot, minus, nine, slash, zero } from "../../values/bytes.ts";

/**
 * Faster ways to the answers of email.ts, uri.ts and addresses.ts, for what most taps print: ASCII without
 * escapes. Each says no where it is not sure. `bytes[start, end)` is the content of a JSON string.
 */

const [at, question, hash, percent] = [0x40, 0x3f, 0x23, 0x25];
const labelBytesMax = 63;
const hostBytesMax = 253;
const userBytesMax = 64;
/** Longer ones may be names that RFC 6761 reserves, such as `localdomain`. */
const topLevelBytesMax = 8;

/** Returns a table of the bytes that are letters, digits or one of `others`. */
function bytesOf(others: string): Uint8Array {
  const table = new Uint8Array(256).fill(1, 0x30, 0x3a).fill(1, 0x41, 0x5b).fill(1, 0x61, 0x7b);
  for (const each of others) table[each.charCodeAt(0)] = 1;
  return table;
}

const inLabel = bytesOf("-");
const inUser = bytesOf(".!#$%&'*+/=?^_`{|}~-");
const unreserved = "_-!.~'()*";
const inAuthority = bytesOf(`${unreserved}$,;:@&=+`);
const inPath = bytesOf(`${unreserved},;:$&+=/@`);
const inQuery = bytesOf(`${unreserved},;:$&+=?/@`);

const isDigit = (byte: number) => byte >= zero && byte <= nine;
const isLetter = (byte: number) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

export function isOrdinaryHostname(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > hostBytesMax) return false;
  let label = start;
  for (let to = start; to <= end; to++) {
    if (to < end && bytes[to] !== dot) {
      if (inLabel[bytes[to]!] === 0) return false;
      continue;
    }
    if (to === label || to - label > labelBytesMax) return false;
    if (bytes[label] === minus || bytes[to - 1] === minus) return false;
    label = to + 1;
  }
  return true;
}

export function isOrdinaryEmail(bytes: Uint8Array, start: number, end: number): boolean {
  let to = start;
  while (to < end && inUser[bytes[to]!] === 1 && (bytes[to] !== dot || isInner(bytes, start, to))) to++;
  if (to === start || to - start > userBytesMax || bytes[to] !== at || bytes[to - 1] === dot) return false;
  return isOrdinaryHostname(bytes, to + 1, end) && hasTopLevel(bytes, to + 1, end);
}

/** Returns whether the dot at `to` is neither the first byte nor after another dot. */
const isInner = (bytes: Uint8Array, start: number, to: number) => to > start && bytes[to - 1] !== dot;

/** Returns whether the last of several labels is of a few letters. */
function hasTopLevel(bytes: Uint8Array, start: number, end: number): boolean {
  let from = end;
  while (from > start && isLetter(bytes[from - 1]!)) from--;
  return from > start && bytes[from - 1] === dot && end - from <= topLevelBytesMax;
}

/** Like `https://host/path?query#fragment`, with an authority and the rest optional. */
export function isOrdinaryUri(bytes: Uint8Array, start: number, end: number): boolean {
  let to = start;
  while (to < end && isLetter(bytes[to]!)) to++;
  if (to === start || bytes[to] !== colon || bytes[to + 1] !== slash || bytes[to + 2] !== slash) return false;
  const authority = to + 3;
  to = endOf(inAuthority, bytes, authority, end);
  if (to === authority) return false;
  if (bytes[to] === slash) to = endOf(inPath, bytes, to, end);
  if (bytes[to] === question) to = endOf(inQuery, bytes, to + 1, end);
  if (bytes[to] === hash) to = endOf(inQuery, bytes, to + 1, end);
  return to === end;
}

/** Returns the end of the allowed bytes and escapes from `from`. */
function endOf(allowed: Uint8Array, bytes: Uint8Array, from: number, end: number): number {
  let to = from;
  for (; to < end; to++) {
    if (allowed[bytes[to]!] === 1) continue;
    if (bytes[to] !== percent || to + 2 >= end || !isHex(bytes[to + 1]!) || !isHex(bytes[to + 2]!)) break;
    to += 2;
  }
  return to;
}

const isHex = (byte: number) => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

export function isOrdinaryIpv4(bytes: Uint8Array, start: number, end: number): boolean {
  let to = start;
  for (let octets = 1; ; octets++) {
    const from = to;
    let value = 0;
    for (; to < end && to - from < 3 && isDigit(bytes[to]!); to++) value = 10 * value + bytes[to]! - zero;
    const hasLeadingZero = bytes[from] === zero && to - from > 1;
    if (to === from || value > 0xff || hasLeadingZero) return false;
    if (octets === 4) return to === end;
    if (bytes[to++] !== dot) return false;
  }
}

/** Eight groups of hexadecimal digits, or fewer around one `::`. */
export function isOrdinaryIpv6(bytes: Uint8Array, start: number, end: number): boolean {
  let groups = 0;
  let gaps = 0;
  for (let to = start; to < end; ) {
    const from = to;
    while (to < end && isHex(bytes[to]!)) to++;
    if (to - from > 4) return false;
    if (to > from) groups++;
    if (to === end) break;
    const isGap = bytes[to] === colon && bytes[to + 1] === colon;
    if (bytes[to] !== colon || (to === start && !isGap) || (to === from && to > start)) return false;
    if (isGap) gaps++;
    to += isGap ? 2 : 1;
    if (to === end && !isGap) return false;
  }
  return gaps === 0 ? groups === 8 : gaps === 1 && groups < 8;
}
