import type { Spend } from "./budget.ts";
import type { Dialect } from "./dialect.ts";
import { isNumeric, keyOf } from "./exact-number.ts";
import { type Members, namesOf } from "./members.ts";

const charsPerStepBits = 4;

/** Returns the indexes of the first two equal elements; undefined if all differ. Takes linear time. */
export function duplicatesOf(
  values: readonly unknown[],
  spend: Spend,
  { isJava }: Dialect,
): readonly [number, number] | undefined {
  const places = new Map<string, number>();
  for (const [place, value] of values.entries()) {
    const identity = identityOf(value, spend, isJava);
    const earlier = places.get(identity);
    if (earlier !== undefined) return [earlier, place];
    places.set(identity, place);
  }
  return undefined;
}

/** Returns a text that is equal for equal values: numbers by `keyOf`, maps in any order. */
function identityOf(value: unknown, spend: Spend, isJava: boolean): string {
  if (isNumeric(value)) {
    spend(1 + (`${value}`.length >> charsPerStepBits));
    return keyOf(value, isJava);
  }
  if (typeof value !== "object" || value === null) {
    spend(1 + (typeof value === "string" ? value.length >> charsPerStepBits : 0));
    return JSON.stringify(value);
  }
  spend(1);
  if (Array.isArray(value)) return `[${value.map(each => identityOf(each, spend, isJava)).join(",")}]`;
  const members = value as Members;
  const names = namesOf(members, spend).toSorted();
  const parts = names.map(name => `${JSON.stringify(name)}:${identityOf(members[name], spend, isJava)}`);
  return `{${parts.join(",")}}`;
}
