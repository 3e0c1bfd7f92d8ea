import { formats } from "./formats.ts";
import { countAt, textAt } from "./keywords.ts";
import { patternOf } from "./patterns.ts";
import { type Check, combined, type Schema, violation } from "./violation.ts";

export const stringKeywords = ["minLength", "maxLength", "pattern", "format"];

/**
 * everit's StringSchema: checks a string, its length in code points. A `format` that everit does not know
 * says nothing.
 */
export function stringCheck(schema: Schema): Check {
  const [least, most] = [countAt(schema, "minLength"), countAt(schema, "maxLength")];
  const pattern = textAt(schema, "pattern");
  const isFound = pattern === undefined ? () => true : patternOf(pattern);
  const format = formats.get(textAt(schema, "format") ?? "");
  return value => {
    if (typeof value !== "string") return undefined;
    const { length } = [...value];
    return combined([
      ...(least !== undefined && length < least
        ? [violation(`expected minLength: ${least}, actual: ${length}`)]
        : []),
      ...(most !== undefined && length > most
        ? [violation(`expected maxLength: ${most}, actual: ${length}`)]
        : []),
      ...(isFound(value) ? [] : [violation(`string [${value}] does not match pattern ${pattern}`)]),
      ...(format === undefined || format.accepts(value)
        ? []
        : [violation(`[${value}] is not a valid ${format.name}`)]),
    ]);
  };
}
