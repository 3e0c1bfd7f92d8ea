import { LosslessNumber } from "lossless-json";
import transit from "transit-js";

interface Entries {
  readonly size: number;
  forEach(each: (value: unknown, key: unknown) => void): void;
}
interface Tagged {
  readonly tag: string;
  readonly rep: unknown;
}

/** transit-js does not support UUIDs as two halves. */
const uuidOf = (rep: unknown) => {
  if (!Array.isArray(rep)) return transit.uuid(rep as string);
  const hex = rep.map(half =>
    BigInt.asUintN(64, BigInt(String(half)))
      .toString(16)
      .padStart(16, "0"),
  );
  return transit.uuid(hex.join(""));
};

/** For transit-js, a character is a string. */
const characterOf = (rep: unknown) => transit.tagged("c", rep);
const options = { handlers: { u: uuidOf, c: characterOf }, preferBuffers: false };

/** A reader with an empty cache: a transit-js reader keeps that of the last text. */
export const readByTransit = (text: string) => transit.reader("json", options).read(text);

const isName = (key: unknown) => typeof key === "string" || transit.isKeyword(key) || transit.isSymbol(key);
const nameOf = (key: unknown) => (transit.isKeyword(key) ? String(key).slice(1) : String(key));
const isTagged = (value: unknown): value is Tagged => transit.isTaggedValue(value);
function entriesOf(map: unknown): (readonly [key: unknown, value: unknown])[] {
  const entries: (readonly [unknown, unknown])[] = [];
  (map as Entries).forEach((value, key) => {
    entries.push([key, value]);
  });
  return entries;
}
const membersOf = (set: unknown) => entriesOf(set).map(([, member]) => member);

/** Whether docs/format.md has a JSON form for a value that transit-js read. */
export function hasJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(hasJson);
  if (transit.isSet(value)) return membersOf(value).every(hasJson);
  if (transit.isMap(value)) return entriesOf(value).every(([key, each]) => isName(key) && hasJson(each));
  return !isTagged(value) || !Array.isArray(value.rep) || value.rep.every(hasJson);
}

/**
 * Whether JSON, with numbers as digits, is the form in docs/format.md of a value that transit-js read. If
 * transit-js has a double, the JSON may have more digits.
 */
export function isJsonOf(value: unknown, json: unknown): boolean {
  if (value === null || typeof value === "boolean" || typeof value === "string") return json === value;
  if (typeof value === "number") return json instanceof LosslessNumber && Number(json.value) === value;
  if (value instanceof Date) return json === value.toISOString();
  if (value instanceof Uint8Array)
    return typeof json === "string" && Buffer.from(json, "base64").equals(value);
  if (transit.isKeyword(value) || transit.isSymbol(value)) return json === nameOf(value);
  if (transit.isUUID(value)) return typeof json === "string" && json.toLowerCase() === String(value);
  if (Array.isArray(value)) return areElements(value, json);
  if (transit.isSet(value)) return areMembers(membersOf(value), json);
  if (transit.isMap(value)) return areEntries(entriesOf(value), json);
  if (transit.isInteger(value)) return json instanceof LosslessNumber && json.value === String(value);
  return isTagged(value) && isJsonOfTagged(value, json);
}

function isJsonOfTagged({ tag, rep }: Tagged, json: unknown): boolean {
  if (tag === "list") return areElements(rep as unknown[], json);
  if (tag === "n" || tag === "f") return json instanceof LosslessNumber && json.value === rep;
  return (tag === "r" || tag === "c") && json === rep;
}

const areElements = (values: readonly unknown[], json: unknown) =>
  Array.isArray(json) && json.length === values.length && values.every((each, n) => isJsonOf(each, json[n]));

/** A set may have any order and repetitions, but a keyword and its name are two values. */
const areMembers = (values: readonly unknown[], json: unknown) =>
  Array.isArray(json) &&
  json.length >= values.length &&
  values.every(each => json.some(member => isJsonOf(each, member))) &&
  json.every(member => values.some(each => isJsonOf(each, member)));

function areEntries(entries: readonly (readonly [unknown, unknown])[], json: unknown): boolean {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  const object = json as Record<string, unknown>;
  return (
    Object.keys(object).length === entries.length &&
    entries.every(
      ([key, value]) => Object.hasOwn(object, nameOf(key)) && isJsonOf(value, object[nameOf(key)]),
    )
  );
}
