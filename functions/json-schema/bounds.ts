import type { Spend } from "./budget.ts";
import type { Dialect } from "./dialect.ts";
import { isExactAt, orderAt } from "./double-at.ts";
import { asDouble, compare, ExactNumber, isNumeric, type Numeric } from "./exact-number.ts";
import { type Members, namesOf } from "./members.ts";
import { multipleByText, multiplesOf } from "./multiple.ts";
import { characterBytesMax, charactersAt } from "./text-length.ts";
import { allTypes, typeBits } from "./types.ts";

/** Returns all types but these. */
export const othersThan = (types: number): number => allTypes & ~types;

/** One assertion of a schema about a value. */
export interface Check {
  /** The message, as ajv words it. */
  readonly message: string;
  /** Returns what to add to the message for this value. */
  hintFor?(value: unknown): string;
  /** The extra cost of a text's character, see evaluator.ts. */
  readonly textWeight?: number;
  /** The types of which every value conforms, as bits. */
  readonly always: number;
  /** The types of which no value conforms, as bits. */
  readonly never?: number;
  /** Returns whether a scalar conforms; undefined if its text alone does not tell. */
  conformsByText?(bytes: Uint8Array, start: number, end: number, types: number): boolean | undefined;
  /** Whether every instant conforms, written like `2026-11-23T12:00:00.000Z`. */
  readonly acceptsInstants?: boolean;
  /** If this is about the number of an array's elements or of a map's members: the fewest and the most. */
  readonly countMin?: number;
  readonly countMax?: number;
  /** If this is about numbers: none below `least`, and none above `most`, conforms. */
  readonly least?: number;
  readonly most?: number;
  /** Returns whether the value conforms. Spends what it reads beyond the value itself. */
  matches(value: unknown, spend: Spend): boolean;
}

type Said = Readonly<Record<string, unknown>>;
/** Makes the check of a keyword with this bound; other keywords of the schema may modify it. */
type CheckOf = (bound: Numeric, schema: Said, dialect: Dialect) => Check;

/** Returns whether a number conforms to a bound. */
type Conforms = (value: Numeric) => boolean;

const number = (message: string, matches: Conforms): Check => ({
  message,
  always: othersThan(typeBits.number),
  matches: given => {
    const value = asDouble(given);
    return !isNumeric(value) || matches(value);
  },
});

/** If numbers are compared as doubles, a number conforms if it does exactly or as its nearest double. */
function bounded(
  words: string,
  bound: Numeric,
  boundedBy: (bound: Numeric) => Conforms,
  dialect: Dialect,
): Check {
  const matches = boundedBy(bound);
  if (!dialect.isJava) return number(`${words} ${bound}`, matches);
  const matchesRounded = boundedBy(doubleOf(bound));
  return number(`${words} ${bound}`, value => matches(value) || matchesRounded(doubleOf(value)));
}
const doubleOf = (value: Numeric) => (value instanceof ExactNumber ? Number(value.text) : value);

const ordered =
  (words: string, matches: (order: number) => boolean): CheckOf =>
  (bound, _, dialect) => {
    const nearest = doubleOf(bound);
    return {
      [matches(1) ? "least" : "most"]: nearest,
      ...bounded(words, bound, each => value => matches(compare(value, each)), dialect),
      conformsByText(bytes, start, end) {
        const order = orderAt(bytes, start, end, nearest);
        // Rounding keeps the order of two numbers, but may make them equal, or infinite.
        const isExact = order !== 0 || (typeof bound === "number" && isExactAt(bytes, start, end));
        if (isExact && !Number.isNaN(order)) return matches(order);
        return (dialect.isJava && matches(order)) || undefined;
      },
    };
  };
const least = ordered("must be >=", order => order >= 0);
const most = ordered("must be <=", order => order <= 0);
const above = ordered("must be >", order => order > 0);
const below = ordered("must be <", order => order < 0);

/** Returns whether `value` has at least `count` of something; undefined for values of other types. */
type Reaches = (value: unknown, count: number, spend: Spend) => boolean | undefined;

const fewest =
  (type: number, what: string, reaches: Reaches): CheckOf =>
  bound => {
    const enough = Number(bound);
    return {
      message: `must NOT have fewer than ${bound} ${what}`,
      always: othersThan(type),
      ...(type === typeBits.string && {
        conformsByText: (bytes: Uint8Array, start: number, end: number) =>
          end - start >= enough * characterBytesMax || charactersAt(bytes, start, end) >= enough,
      }),
      ...(type !== typeBits.string && { countMin: enough }),
      matches: (value, spend) => reaches(value, enough, spend) !== false,
    };
  };
const greatest =
  (type: number, what: string, reaches: Reaches): CheckOf =>
  bound => {
    const tooMany = Number(bound) + 1;
    return {
      message: `must NOT have more than ${bound} ${what}`,
      always: othersThan(type),
      ...(type === typeBits.string && {
        conformsByText: (bytes: Uint8Array, start: number, end: number) =>
          end - start < tooMany || charactersAt(bytes, start, end) < tooMany,
      }),
      ...(type !== typeBits.string && { countMax: tooMany - 1 }),
      matches: (value, spend) => reaches(value, tooMany, spend) !== true,
    };
  };

const characters: Reaches = (value, count) => {
  if (typeof value !== "string") return undefined;
  if (value.length < count || value.length >= 2 * count) return value.length >= count;
  let left = count;
  for (const _ of value) if (--left <= 0) return true;
  return left <= 0;
};
const items: Reaches = (value, count) => (Array.isArray(value) ? value.length >= count : undefined);
const properties: Reaches = (value, count, spend) => {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isNumeric(value))
    return undefined;
  return namesOf(value as Members, spend).length >= count;
};

/** Dividing takes up to 15 ns per digit. */
const divisionWeight = 8;

/**
 * Returns the check of `multipleOf` by a number's text. In Java a number conforms, too, if its double does.
 */
function multipleAt(step: Numeric, dialect: Dialect): NonNullable<Check["conformsByText"]> {
  const isMultiple = multipleByText(step);
  return (bytes, start, end) => {
    const found = isMultiple(bytes, start, end);
    return found === false && dialect.isJava && !(typeof step === "number" && isExactAt(bytes, start, end))
      ? undefined
      : found;
  };
}

/** In draft 4, a boolean keyword says whether a bound is exclusive. */
export const boundKeywords: Readonly<Record<string, CheckOf>> = {
  maximum: (bound, schema, dialect) =>
    (schema.exclusiveMaximum === true ? below : most)(bound, schema, dialect),
  minimum: (bound, schema, dialect) =>
    (schema.exclusiveMinimum === true ? above : least)(bound, schema, dialect),
  exclusiveMaximum: below,
  exclusiveMinimum: above,
  multipleOf: (bound, _, dialect) => ({
    ...bounded("must be multiple of", bound, multiplesOf, dialect),
    textWeight: divisionWeight,
    conformsByText: multipleAt(bound, dialect),
  }),
  maxLength: greatest(typeBits.string, "characters", characters),
  minLength: fewest(typeBits.string, "characters", characters),
  maxItems: greatest(typeBits.array, "items", items),
  minItems: fewest(typeBits.array, "items", items),
  maxProperties: greatest(typeBits.object, "properties", properties),
  minProperties: fewest(typeBits.object, "properties", properties),
};
