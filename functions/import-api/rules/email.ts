import { addressCharsMax } from "../../persister/limits.ts";
import { isIpv4, isIpv6 } from "./addresses.ts";

/** Java's `\s`, and what its `.` does not match. */
const blanksAround = /^[ \t-\r]+|[ \t-\r]+$/g;
const lineEnd = /[\n\r\u0085\u2028\u2029]/;
const userCharsMax = 64;
/** Words, plain or quoted, with dots between them. */
const plain = String.raw`(?:\\.|[^\s\u0000-\u001f\u007f()<>@,;:\\".[\]]|[\u0080-\uffff])+`;
const word = String.raw`(?:${plain}|"(?:\\"|[^"])*")`;
const user = new RegExp(`^${word}(?:\\.${word})*$`);

/**
 * Returns whether commons-validator's `EmailValidator.getInstance(false, true)` accepts a text, which is the
 * Import API's `email`. Two things are left to the Import API: whether a top-level domain is listed, and
 * white space around an address, which 1.5.1 accepts.
 */
export function isEmail(text: string): boolean {
  if (text.length > addressCharsMax || text.endsWith(".")) return false;
  const address = text.replace(blanksAround, "");
  const at = address.lastIndexOf("@");
  if (at < 1 || at > userCharsMax || lineEnd.test(address)) return false;
  return user.test(address.slice(0, at)) && isDomain(address.slice(at + 1));
}

const domainCharsMax = 253;
const ascii = /^[^\u0080-\uffff]*$/;
const dots = /[.\u3002\uff0e\uff61]/;
const label = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;
/** IDNA writes it as `xn--…` and keeps its ASCII characters. */
const foreignLabel = /^[a-z\d\-\u0080-\uffff]+$/i;
/** RFC 6761 reserves them: no list of top-level domains has them. */
const localDomains: ReadonlySet<string> = new Set(["localhost", "localdomain"]);

function isDomain(domain: string): boolean {
  if (domain.startsWith("[") && domain.endsWith("]")) return isLiteral(domain.slice(1, -1));
  if (ascii.test(domain) && domain.length > domainCharsMax) return false;
  const labels = domain.split(dots);
  if (labels.length > 2 && labels.at(-1) === "") labels.pop();
  const last = labels.at(-1)!;
  return (
    labels.every(each => (ascii.test(each) ? label : foreignLabel).test(each)) &&
    !/^\d/.test(last) &&
    !localDomains.has(last.toLowerCase())
  );
}

/** commons-validator 1.7 accepts a prefix length after an IPv6 address. */
const prefixLength = /\/(?:\d|[1-9]\d|0\d\d?|1[01]\d|12[0-8])$/;
const isLiteral = (text: string) => isIpv4(text) || isIpv6(text.replace(prefixLength, ""));
