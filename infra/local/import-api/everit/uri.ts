import { isIPv6 } from "node:net";

/** An "other" character of java.net.URI: not ASCII, no space and no control. */
const other = "[^\\u0000-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const escaped = `%[\\da-fA-F]{2}|${other}`;
const unreserved = "\\w\\-.!~*'()";
const anyOf = (chars: string) => `(?:[${unreserved}${chars}]|${escaped})`;

const uric = anyOf(";/?:@&=+$,[\\]");
const pathChar = anyOf(";/:@&=+$,");
const registryChar = anyOf(";:@&=+$,");
const userInfoChar = anyOf(";:&=+$,");

const whole = new RegExp(`^(?:([^/?#:]*):)?(.*?)(?:#(${uric}*))?$`, "su");
const scheme = /^[a-z][a-z\d+\-.]*$/i;
const opaque = new RegExp(`^(?![/#])${uric}+$`, "u");
const hierarchical = new RegExp(`^(?://([^/?#]*))?(${pathChar}*)(?:\\?${uric}*)?$`, "su");
const registry = new RegExp(`^${registryChar}+$`, "u");
const server = new RegExp(`^(?:${userInfoChar}*@)?\\[([^\\]%]*)(?:%[\\w.]+)?\\](?::\\d*)?$`, "u");

/**
 * Accepts what `new java.net.URI(text)` of OpenJDK 17 does: RFC 2396, relative references and non-ASCII
 * characters.
 */
export function isUri(text: string): boolean {
  const [, name, rest = "", fragment] = whole.exec(text) ?? [];
  if (fragment === undefined && text.includes("#")) return false;
  // An authority may be empty if something follows it.
  if (rest === "//" && fragment === undefined) return false;
  if (name === undefined) return isHierarchical(rest);
  return scheme.test(name) && (rest.startsWith("/") ? isHierarchical(rest) : opaque.test(rest));
}

function isHierarchical(text: string): boolean {
  const parts = hierarchical.exec(text);
  if (parts === null) return false;
  const authority = parts[1] ?? "";
  return authority === "" || registry.test(authority) || isServer(authority);
}

/** A host in brackets is an IPv6 address. */
function isServer(authority: string): boolean {
  const address = server.exec(authority)?.[1];
  return address !== undefined && isIPv6(address);
}
