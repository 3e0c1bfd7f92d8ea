const octet = "(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])";
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const hexGroup = /^0*[\da-f]{1,4}$/i;
/** An IPv4-mapped IPv6 address, which Java reads as an IPv4 address. */
const mapped = new RegExp(`^[0:]*:0*ffff:(?:${octet}(?:\\.${octet}){3}|[\\da-f]+:[\\da-f]+)$`, "i");
const ipv6Groups = 8;

/** Guava's InetAddresses: no leading zeros. */
export function isIpv4(text: string): boolean {
  const address = withAsciiDigits(text);
  return ipv4.test(address) || isMapped(withoutZone(address));
}

/**
 * Accepts what any version of Guava accepts: zones, leading zeros in a group, and IPv4 addresses within IPv6.
 */
export const isIpv6 = (text: string): boolean => isAddress(withoutZone(withAsciiDigits(text)));

const withoutZone = (text: string) => text.split("%")[0]!;
const isMapped = (address: string) => mapped.test(address) && isAddress(address);

function isAddress(text: string): boolean {
  const gaps = text.split("::").length - 1;
  if (gaps > 1 || /^:(?!:)|[^:]:$|:::/.test(text)) return false;
  const groups = text.split(":").filter(group => group !== "");
  const hasIpv4 = !text.endsWith(":") && ipv4.test(groups.at(-1) ?? "");
  const hexGroups = hasIpv4 ? groups.slice(0, -1) : groups;
  const count = hexGroups.length + (hasIpv4 ? 2 : 0);
  return (
    text.includes(":") &&
    hexGroups.every(group => hexGroup.test(group)) &&
    (gaps === 1 ? count < ipv6Groups : count === ipv6Groups)
  );
}

/** Java's Character.digit reads the decimal digits of all scripts, and wide letters. */
const withAsciiDigits = (text: string) =>
  text.replace(/\p{Nd}/gu, digitOf).replace(/[\uff21-\uff26\uff41-\uff46]/g, wide => wide.normalize("NFKC"));

/** In Unicode, a script's decimal digits are consecutive, from zero. */
function digitOf(char: string): string {
  const isDigit = (code: number) => /\p{Nd}/u.test(String.fromCodePoint(code));
  let zero = char.codePointAt(0)!;
  while (isDigit(zero - 1)) zero--;
  return String((char.codePointAt(0)! - zero) % 10);
}

/** Guava's dots: the full stop, and those of East Asian scripts. */
const dots = /[.\u3002\uff0e\uff61]/u;
const labelMax = 63;
const nameMax = 253;
const labelsMax = 127;

/**
 * The syntax of Guava's InternetDomainName: ASCII letters and digits, `_`, `-` within a label, and all that
 * is not ASCII. Whether the service's version refuses `_` at the ends of a label, or a digit at the start of
 * the last one, is not known: both are accepted.
 */
export function isHostname(text: string): boolean {
  const name = text.replace(/[.\u3002\uff0e\uff61]$/u, "");
  const labels = name.split(dots);
  return name.length <= nameMax && labels.length <= labelsMax && labels.every(isLabel);
}

const isLabel = (label: string) =>
  label.length <= labelMax && /^(?!-)[\w\-\u0080-\u{10ffff}]+(?<!-)$/u.test(label);
