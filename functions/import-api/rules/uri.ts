/**
 * Returns whether `new java.net.URI(text)` accepts a text, which is the Import API's `uri`: RFC 2396 as its
 * documentation changes it, docs.oracle.com/javase/8/docs/api/java/net/URI.html. Relative references pass;
 * `[`, `|`, `{`, `^` and spaces in a path do not.
 */
export function isUri(text: string): boolean {
  const hash = text.indexOf("#");
  const rest = hash === -1 ? text : text.slice(0, hash);
  if (hash !== -1 && notInQuery.test(text.slice(hash + 1))) return false;
  const colon = rest.search(/[:/?]/);
  if (rest[colon] !== ":") return isHierarchical(rest, hash !== -1);
  if (!scheme.test(rest.slice(0, colon))) return false;
  const specific = rest.slice(colon + 1);
  if (specific.startsWith("/")) return isHierarchical(specific, hash !== -1);
  return specific !== "" && !notInQuery.test(specific);
}

const scheme = /^[a-z][a-z\d+.-]*$/i;

/** RFC 2396's unreserved characters, and Java's: those beyond ASCII that are neither controls nor spaces. */
const unreserved =
  String.raw`a-z\d_\-!.~'()*\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e` +
  String.raw`\u2030-\u205e\u2060-\u2fff\u3001-\uffff`;
/** Finds a character that is not allowed and not an escape. A search needs no stack, even for a long text. */
const unlike = (allowed: string) => new RegExp(`[^%${unreserved}${allowed}]|%(?![\\da-f]{2})`, "i");

const notInQuery = unlike(",;:$&+=?/@\\[\\]");
const notInPath = unlike(",;:$&+=/@");
const notInName = unlike("$,;:@&=+");
const notInUser = unlike(";:&=+$,");

/** Returns whether it is `[//authority][path][?query]`; an authority may be empty if something follows. */
function isHierarchical(text: string, hasFragment: boolean): boolean {
  const question = text.indexOf("?");
  const before = question === -1 ? text : text.slice(0, question);
  if (question !== -1 && notInQuery.test(text.slice(question + 1))) return false;
  if (!before.startsWith("//")) return !notInPath.test(before);
  const slash = before.indexOf("/", 2);
  const authority = before.slice(2, slash === -1 ? undefined : slash);
  if (authority === "" && slash === -1 && question === -1 && !hasFragment) return false;
  if (slash !== -1 && notInPath.test(before.slice(slash))) return false;
  return !notInName.test(authority) || isServer(authority);
}

/** Most authorities are names in RFC 2396's sense; any other has to contain an IPv6 address. */
const ipv6Server = /^\[([^\]%]*)(?:%[a-z\d_.]+)?\](?::(\d*))?$/i;
const portMax = 2 ** 31 - 1;

function isServer(authority: string): boolean {
  const at = authority.indexOf("@");
  if (at !== -1 && notInUser.test(authority.slice(0, at))) return false;
  const [, address, port = ""] = ipv6Server.exec(authority.slice(at + 1)) ?? [];
  return address !== undefined && Number(port) <= portMax && isReference(address);
}

const group = /^[\da-f]{1,4}$/i;
const ipv4 = /^(?:0*(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** Returns whether it is an IPv6 address by RFC 2732, whose IPv4 part may have leading zeros. */
function isReference(address: string): boolean {
  const halves = address.split("::");
  const parts = halves.map(half => (half === "" ? [] : half.split(":")));
  const last = parts.at(-1)!.at(-1);
  const hasIpv4 = last !== undefined && ipv4.test(last);
  if (hasIpv4) parts.at(-1)!.pop();
  const groups = parts.flat();
  const count = groups.length + (hasIpv4 ? 2 : 0);
  return (
    groups.every(each => group.test(each)) &&
    (halves.length === 1 ? count === 8 : halves.length === 2 && count < 8)
  );
}
