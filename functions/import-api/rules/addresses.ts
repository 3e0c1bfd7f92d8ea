import { addressCharsMax } from "../../persister/limits.ts";

/**
 * Addresses and host names as the Import API's validator reads them: Guava's `InetAddresses` and
 * `InternetDomainName`. An address passes if any version of Guava accepts it.
 */

/** Decimal digits of any script: Guava uses `Character.digit`. */
const octet = /^(?:0|(?!0)\p{Nd}{1,3})$/u;
const group = /^0*[\da-f\p{Nd}]{1,4}$/iu;
const groupCount = 8;

/** Returns whether a text is an IPv4 address, or one mapped to IPv6, `::ffff:1.2.3.4`. */
export function isIpv4(text: string): boolean {
  if (!text.includes(":")) return octetsOf(text) !== undefined;
  const groups = groupsOf(text);
  return groups?.length === groupCount && groups.findIndex(each => each !== 0) === 5 && groups[5] === 0xffff;
}

/**
 * Returns whether a text is an IPv6 address. A zone is optional, `fe80::1%eth0`, as in Guava 30 and later.
 */
export const isIpv6 = (text: string): boolean =>
  text.includes(":") && groupsOf(text.split("%", 1)[0]!) !== undefined;

function octetsOf(text: string): number[] | undefined {
  if (text.length > addressCharsMax) return undefined;
  const octets = text.split(".").map(each => (octet.test(each) ? numberOf(each, 10) : Number.NaN));
  return octets.length === 4 && octets.every(each => each <= 0xff) ? octets : undefined;
}

/** Returns the eight groups of an IPv6 address; undefined if the text is not one. */
function groupsOf(text: string): number[] | undefined {
  if (text.length > addressCharsMax) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half, n) => groupsIn(half, n === halves.length - 1));
  const missing = groupCount - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.every(each => each <= 0xffff) ? groups : undefined;
}

/** Returns a half's groups, NaN for a malformed one; the last two may be written as an IPv4 address. */
function groupsIn(text: string, isEnd: boolean): number[] {
  if (text === "") return [];
  const parts = text.split(":");
  const octets = isEnd ? octetsOf(parts.at(-1)!) : undefined;
  if (octets !== undefined) parts.pop();
  const groups = parts.map(each => (group.test(each) ? numberOf(each, 16) : Number.NaN));
  if (octets !== undefined) groups.push(octets[0]! * 256 + octets[1]!, octets[2]! * 256 + octets[3]!);
  return groups;
}

/** Returns the value of digits of any script. */
const numberOf = (digits: string, radix: number) =>
  [...digits].reduce((value, digit) => value * radix + digitOf(digit), 0);

/** Returns a digit's value. In Unicode, the digits of a script are consecutive and begin with its zero. */
function digitOf(digit: string): number {
  const code = digit.codePointAt(0)!;
  if (code < 0x80) return Number.parseInt(digit, 16);
  let value = 0;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(code - value - 1))) value++;
  return value;
}

/**
 * Guava checks ASCII characters only. It refuses labels that begin or end with `_` and a last label that
 * begins with a digit; here both pass, since it is not certain that the Import API refuses them.
 */
const label = /^(?!-)[\w\-\u0080-\uffff]{1,63}(?<!-)$/;
const hostnameCharsMax = 253;

export function isHostname(text: string): boolean {
  if (text.length > hostnameCharsMax + 1) return false;
  const name = text.replace(/[.\u3002\uff0e\uff61]$/, "");
  return (
    name.length <= hostnameCharsMax && name.split(/[.\u3002\uff0e\uff61]/).every(each => label.test(each))
  );
}
