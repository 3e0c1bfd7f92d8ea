import transit from "transit-js";
import { Instant, instantOfMilliseconds, instantOfText } from "./instants.ts";
import { Digits, decimalOf, type Value } from "./values.ts";

/**
 * transit-js makes our values at once, and none of its own collections: a set of its looks its members up by
 * a hash that not all of them have, and throws.
 */
const handlers = {
  set: (members: unknown) => members,
  list: (items: unknown) => items,
  cmap: (entries: unknown) => mapOf(entries as unknown[]),
  n: (digits: unknown) => numberOf(String(digits), false),
  f: (digits: unknown) => numberOf(String(digits), true),
  m: (ms: unknown) => known(instantOfMilliseconds(Number(ms)), `the instant ${ms}`),
  t: (text: unknown) => known(instantOfText(String(text)), `the instant ${text}`),
  u: uuidOf,
  c: String,
  r: String,
  $: String,
  ":": String,
};

const mapBuilder = {
  init: (): unknown[] => [],
  add(entries: unknown[], key: unknown, value: unknown): unknown[] {
    entries.push(key, value);
    return entries;
  },
  finalize: mapOf,
};

/**
 * Throws a SyntaxError for invalid transit, and for values that no column holds. Bare numbers beyond 2^53
 * lose digits in transit-js.
 */
export function fromTransit(text: string): Value {
  // A reader keeps its cache from one text to the next.
  const reader = transit.reader("json", { handlers, mapBuilder });
  return plain(reader.read(text));
}

function plain(value: unknown): Value {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (value instanceof Digits || value instanceof Instant || value instanceof Map) return value;
  if (typeof value === "number" || transit.isInteger(value)) return new Digits(String(value));
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  const tag = transit.isTaggedValue(value) ? (value as { readonly tag: string }).tag : "cache or tag";
  throw new SyntaxError(`No column holds transit's ${tag}`);
}

/** Returns a map of keys and values in turn. */
function mapOf(entries: readonly unknown[]): Map<string, Value> {
  const map = new Map<string, Value>();
  for (let i = 0; i < entries.length; i += 2) map.set(nameOf(plain(entries[i])), plain(entries[i + 1]));
  return map;
}

function nameOf(key: Value): string {
  if (Array.isArray(key) || key instanceof Map)
    throw new SyntaxError("No column has a collection for its name");
  return key instanceof Digits ? key.text : String(key);
}

function numberOf(text: string, isDecimal: boolean): Digits {
  known(decimalOf(text), `the number ${text}`);
  return new Digits(text, isDecimal);
}

/** transit-js does not read the two halves of 64 bits. */
function uuidOf(rep: unknown): string {
  if (!Array.isArray(rep)) return String(rep);
  const hex = rep
    .map(
      half => known(decimalOf(String(half)), `the half ${half}`) && BigInt.asUintN(64, BigInt(String(half))),
    )
    .map(half => half.toString(16).padStart(16, "0"))
    .join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.*)$/, "$1-$2-$3-$4-$5");
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new SyntaxError(`No column holds ${what}`);
  return value;
}
