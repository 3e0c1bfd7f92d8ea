import { isIpv4, isIpv6 } from "./hosts.ts";

/** Java's `\s`, as part of a class. */
const space = " \\t\\n\\v\\f\\r";
const escaped = String.raw`\\[^\n\r\u0085\u2028\u2029]`;
const plain = String.raw`[^${space}\0-\x1f\x7f()<>@,;:\\".[\]]`;
const word = String.raw`(?:(?:${escaped}|${plain})+|"(?:\\"|[^"])*")`;
const userForm = new RegExp(`^[${space}]*${word}(?:\\.${word})*$`, "u");
const userMax = 64;
const addressForm = new RegExp(`^([^\\n\\r\\u0085\\u2028\\u2029]+)@(.+?)[${space}]*$`, "su");
const label = "[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?";
const domainForm = new RegExp(`^(?:${label}\\.)*[a-z](?:[a-z\\d-]{0,61}[a-z\\d])?\\.?$`, "i");
const domainMax = 253;
/** These are never top-level domains. */
const local = /^(?:localhost|localdomain)$/i;

/**
 * Accepts what commons-validator's EmailValidator accepts, as `getInstance(false, true)`. The service's
 * list of top-level domains is not known, so every name counts as one.
 */
export function isEmail(text: string): boolean {
  if (text.endsWith(".")) return false;
  const [, user = "", domain = ""] = addressForm.exec(text.replace(new RegExp(`^[${space}]+`), "")) ?? [];
  if (user.length > userMax || !userForm.test(user)) return false;
  const address = /^\[(.*)\]$/.exec(domain)?.[1];
  return address === undefined ? isDomain(domain) : isIpv4(address) || isIpv6(withoutZoneAndPrefix(address));
}

/** commons-validator 1.7 accepts both. */
const withoutZoneAndPrefix = (address: string) =>
  address.replace(/\/(?:\d{1,2}|1[01]\d|12[0-8])$/, "").replace(/%[^\s/%]+$/, "");

function isDomain(domain: string): boolean {
  const labels = domain.split(/[.\u3002\uff0e\uff61]/u).map(ascii => (isWide(ascii) ? "a" : ascii));
  const top = labels.at(-1) === "" ? labels.at(-2)! : labels.at(-1)!;
  return domain.length <= domainMax && domainForm.test(labels.join(".")) && !local.test(top);
}

/** IDNA's versions differ about other characters: they pass next to ASCII letters, digits and hyphens. */
const isWide = (label: string) =>
  /^[a-z\d\u0080-\u{10ffff}-]*$/iu.test(label) && /[\u0080-\u{10ffff}]/u.test(label);
