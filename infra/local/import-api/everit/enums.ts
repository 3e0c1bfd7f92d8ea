import { javaText, nameOf } from "../names.ts";
import { Digits, type Value } from "../values.ts";
import { type Check, violation } from "./violation.ts";

/** everit's EnumSchema. Nothing else of a schema that has an `enum` counts. */
export const enumCheck =
  (allowed: readonly Value[]): Check =>
  value =>
    allowed.some(each => isSame(each, value))
      ? undefined
      : violation(`${javaText(value)} is not a valid enum value`);

/** everit's ObjectComparator: numbers are the same if their class is, so that 1.0 is not 1. */
export function isSame(one: Value, other: Value): boolean {
  if (one instanceof Digits && other instanceof Digits) return isSameNumber(one, other);
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, i) => isSame(each, other[i]!));
  if (one instanceof Map && other instanceof Map)
    return one.size === other.size && [...one].every(([name, each]) => isMember(other, name, each));
  return one === other;
}

const isMember = (map: ReadonlyMap<string, Value>, name: string, value: Value) =>
  map.has(name) && isSame(value, map.get(name)!);

function isSameNumber(one: Digits, other: Digits): boolean {
  const name = nameOf(one);
  if (name !== nameOf(other)) return false;
  return name === "Double" ? Object.is(Number(one.text), Number(other.text)) : one.text === other.text;
}
