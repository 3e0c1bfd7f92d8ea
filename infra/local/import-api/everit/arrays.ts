import type { Value } from "../values.ts";
import { isSame } from "./enums.ts";
import { booleanAt, countAt, type LoadChild, loadNamed } from "./keywords.ts";
import { type Check, combined, type Schema, type Violation, violation, within } from "./violation.ts";

export const arrayKeywords = ["items", "additionalItems", "minItems", "maxItems", "uniqueItems"];

/** everit's ArraySchema: checks an array, and nothing else. */
export function arrayCheck(schema: Schema, loadChild: LoadChild): Check {
  const [least, most] = [countAt(schema, "minItems"), countAt(schema, "maxItems")];
  const isUnique = booleanAt(schema, "uniqueItems");
  const itemsCheck = itemsCheckOf(schema, loadChild);
  return value => {
    if (!Array.isArray(value)) return undefined;
    return combined([
      ...countFailures(value.length, least, most),
      ...(isUnique && hasDuplicates(value) ? [violation("array items are not unique")] : []),
      ...itemsCheck(value),
    ]);
  };
}

function countFailures(count: number, least: number | undefined, most: number | undefined): Violation[] {
  if (least !== undefined && count < least)
    return [violation(`expected minimum item count: ${least}, found: ${count}`)];
  if (most !== undefined && count > most)
    return [violation(`expected maximum item count: ${most}, found: ${count}`)];
  return [];
}

const hasDuplicates = (items: readonly Value[]) =>
  items.some((item, i) => items.slice(0, i).some(earlier => isSame(earlier, item)));

type ItemsCheck = (items: readonly Value[]) => readonly Violation[];

function itemsCheckOf(schema: Schema, loadChild: LoadChild): ItemsCheck {
  const others = additionalOf(schema, loadChild);
  const given = schema.get("items");
  // RUN: an empty list of schemas is as good as none.
  if (given === undefined || (Array.isArray(given) && given.length === 0)) return () => [];
  if (!Array.isArray(given)) {
    const check = loadNamed(given, "items", loadChild, "JSONArray, JSONObject");
    return items => items.flatMap((item, i) => failuresAt(item, i, check));
  }
  const checks = given.map(each => loadNamed(each, "null", loadChild));
  return items => [
    ...(others === false && items.length > checks.length
      ? [violation(`expected: [${checks.length}] array items, found: [${items.length}]`)]
      : []),
    ...items.flatMap((item, i) => failuresAt(item, i, checks[i] ?? (others || undefined))),
  ];
}

/** Returns the check of the items after those that have a schema of their own; false if there may be none. */
function additionalOf(schema: Schema, loadChild: LoadChild): Check | false | undefined {
  const given = schema.get("additionalItems");
  if (given === undefined || given === true) return undefined;
  if (given === false) return false;
  return loadNamed(given, "additionalItems", loadChild, "Boolean, JSONObject");
}

function failuresAt(item: Value, place: number, check: Check | undefined): Violation[] {
  const failure = check?.(item);
  return failure === undefined ? [] : [within(String(place), failure)];
}
