import type { JsonObject } from "../values/json-object.ts";
import type { CountBounds } from "../values/slot-check.ts";
import { boundKeywords, type Check, othersThan } from "./bounds.ts";
import { type Spend, stepsOfText } from "./budget.ts";
import { type Dialect, NotASchema } from "./dialect.ts";
import { enumByText } from "./enum-texts.ts";
import { equalityOf, oneOf } from "./equal.ts";
import { decimalOf, isNumeric, type Numeric } from "./exact-number.ts";
import type { SchemaLimits } from "./limits.ts";
import type { Patterns } from "./patterns.ts";
import { allowsInteger, allTypes, type TypeNames, typeBits, typeOf, typesOf, typesOfEqual } from "./types.ts";

/** How many values of a type conform to a schema. */
export type Verdict = "all" | "some" | "none";

/** The keywords of a schema that check a value itself. Those that apply subschemas are in node.ts. */
export class Assertions {
  /** The cost per value, see evaluator.ts. */
  readonly steps: number;
  /** The cost of a text's character, in fractions of a step. */
  readonly textWeight: number;
  /** If only texts conform: which ones. */
  readonly texts: readonly string[] | undefined;
  /** No number below `least`, and none above `most`, conforms. */
  readonly least: number;
  readonly most: number;
  readonly #checks: readonly Check[];

  constructor(steps: number, textWeight: number, checks: readonly Check[], texts?: readonly string[]) {
    this.steps = steps;
    this.textWeight = textWeight;
    this.#checks = checks;
    this.texts = texts;
    this.least = Math.max(...checks.map(each => each.least ?? -Infinity));
    this.most = Math.min(...checks.map(each => each.most ?? Infinity));
  }

  /** Returns how many values of a type, a bit of `typeBits`, conform. */
  verdict(type: number): Verdict {
    const isRefused = this.#checks.some(({ never = 0 }) => (never & type) !== 0);
    if (isRefused) return "none";
    return this.#checks.every(({ always }) => (always & type) !== 0) ? "all" : "some";
  }

  /** Whether all instants conform. */
  get acceptsInstants(): boolean {
    return this.#checks.every(each => each.acceptsInstants || (each.always & typeBits.string) !== 0);
  }

  /** Returns how many elements or members a value of `type` may have; undefined if more than that matters. */
  countsOf(type: number): CountBounds | undefined {
    let [min, max] = [0, Infinity];
    for (const { always, countMin, countMax } of this.#checks) {
      if ((always & type) !== 0) continue;
      if (countMin === undefined && countMax === undefined) return undefined;
      min = Math.max(min, countMin ?? min);
      max = Math.min(max, countMax ?? max);
    }
    return { min, max };
  }

  /** Returns whether a map or an array of so many values conforms; undefined if more than that matters. */
  conformsByCount(type: number, count: number): boolean | undefined {
    let found: boolean | undefined = true;
    for (const { always, never = 0, countMin, countMax } of this.#checks) {
      if ((always & type) !== 0) continue;
      if ((never & type) !== 0) return false;
      if (countMin === undefined && countMax === undefined) found = undefined;
      else if (count < (countMin ?? 0) || count > (countMax ?? Infinity)) return false;
    }
    return found;
  }

  /** Returns whether a scalar of `types` conforms; undefined if its text alone does not tell. */
  conformsByText(types: number, bytes: Uint8Array, start: number, end: number): boolean | undefined {
    let found: boolean | undefined = true;
    for (const check of this.#checks) {
      if ((check.always & types) === types) continue;
      if (check.never !== undefined && (check.never & types) === types) return false;
      const conforms = check.conformsByText?.(bytes, start, end, types);
      if (conforms === false) return false;
      found &&= conforms;
    }
    return found;
  }

  /** Returns the steps that checking a scalar of so many characters costs. */
  stepsFor(chars: number): number {
    return this.steps + stepsOfText(chars, this.textWeight);
  }

  matches(value: unknown, spend: Spend): boolean {
    for (const check of this.#checks) if (!check.matches(value, spend)) return false;
    return true;
  }

  /** Returns messages for the assertions that `value` violates. */
  violations(value: unknown, spend: Spend): string[] {
    return this.#checks
      .filter(check => !check.matches(value, spend))
      .map(check => check.message + (check.hintFor?.(value) ?? ""));
  }
}

/** Assertions about a text, or a number's digits, read all of it: a sixteenth of a step per character. */
const textWeightMin = 2;

/** A format takes up to 16 ns a character. */
const formatWeight = 12;

/** The assertions of the schema `false`. */
export const nothingMatches = new Assertions(1, textWeightMin, [
  { message: "is not allowed", always: 0, never: allTypes, matches: () => false },
]);

/** The parts that making a check needs besides the keyword's value. */
interface CheckParts {
  readonly schema: JsonObject;
  readonly dialect: Dialect;
  readonly patterns: Patterns;
  readonly limits: MakerLimits;
  readonly spend: Spend;
}
type MakerLimits = Pick<SchemaLimits, "multipleOfDigitsMax">;

/**
 * Make a keyword's check from its value, which the dialect has read; undefined if there is nothing to
 * check.
 */
const makers: Readonly<Record<string, (given: unknown, parts: CheckParts) => Check | undefined>> = {
  type: given => {
    const types = typesOf(given as TypeNames);
    return {
      message: `must be ${given}`,
      always: types,
      never: othersThan(types),
      matches: value => (typeOf(value) & types) !== 0,
      hintFor: value => (isNumeric(value) && allowsInteger(types) ? integerHint : ""),
    };
  },
  ...Object.fromEntries(Object.keys(boundKeywords).map(keyword => [keyword, boundMaker(keyword)])),
  format: (given, { dialect: { formats, formatsByText } }) => {
    if (!Object.hasOwn(formats, given as string)) return undefined;
    const isOne = formats[given as string]!;
    const isOrdinary = formatsByText?.[given as string];
    return {
      message: `must match format "${given}"`,
      always: othersThan(typeBits.string),
      conformsByText: (bytes, start, end) => isOrdinary?.(bytes, start, end) || undefined,
      acceptsInstants: given === "date-time",
      textWeight: formatWeight,
      matches: value => typeof value !== "string" || isOne(value),
    };
  },
  pattern: (given, { patterns, spend }) => {
    const pattern = patterns.compile(given as string, spend);
    if (pattern === null) return undefined;
    return {
      message: `must match pattern "${given}"`,
      always: othersThan(typeBits.string),
      conformsByText: (bytes, start, end) => pattern.plain?.isIn(bytes, start, end),
      matches: (value, spending) => typeof value !== "string" || pattern.isIn(value, spending),
      textWeight: pattern.weight,
    };
  },
  const: (given, { dialect }) => {
    const isEqual = equalityOf(dialect.isJava);
    return {
      message: "must be equal to constant",
      always: 0,
      never: othersThan(typesOfEqual([given])),
      matches: (value, spend) => isEqual(given, value, spend),
    };
  },
  enum: (given, { dialect }) => ({
    message: "must be equal to one of the allowed values",
    always: 0,
    never: othersThan(typesOfEqual(given as readonly unknown[])),
    conformsByText: enumByText(given as readonly unknown[]),
    matches: oneOf(given as readonly unknown[], dialect.isJava),
  }),
};

const keywordsKnown = Object.keys(makers);

/** The Import API's `integer` is narrower than JSON Schema's: import-api.md section 2. */
const integerHint = ": digits alone, of 64 bits; declare `number` for others";

function boundMaker(keyword: string) {
  return (
    given: unknown,
    { schema, dialect, limits: { multipleOfDigitsMax } }: CheckParts,
  ): Check | undefined => {
    // Draft 4's boolean, which modifies `minimum` or `maximum`.
    if (typeof given === "boolean") return undefined;
    const bound = given as Numeric;
    const { length } = keyword === "multipleOf" ? decimalOf(bound).digits : "";
    if (length > multipleOfDigitsMax)
      throw new NotASchema(`a multipleOf has at most ${multipleOfDigitsMax} digits, not ${length}`);
    return boundKeywords[keyword]!(bound, schema, dialect);
  };
}

/** The fixed cost of parsing a number and dividing it digit by digit. */
const divisionSteps = 20;

function stepsOf({ multipleOf }: JsonObject): number {
  const division = isNumeric(multipleOf) ? divisionSteps + decimalOf(multipleOf).digits.length : 0;
  return 1 + division;
}

function textsOf({ enum: values }: JsonObject): readonly string[] | undefined {
  return Array.isArray(values) && values.every(each => typeof each === "string") ? values : undefined;
}

/** Returns a schema's own assertions; undefined if it has none. */
export type AssertionsOf = (schema: JsonObject, spend: Spend) => Assertions | undefined;

/** Columns have few types, so equal assertions are shared. They are kept as long as the returned function. */
export function assertionsIn(dialect: Dialect, patterns: Patterns, limits: MakerLimits): AssertionsOf {
  const kept = new Map<string, Assertions>();
  return (schema, spend) => {
    const keywords = keywordsKnown.filter(keyword => Object.hasOwn(schema, keyword));
    if (keywords.length === 0) return undefined;
    const said: Record<string, unknown> = {};
    for (const keyword of keywords) said[keyword] = schema[keyword];
    const identity = identityOf(said);
    const known = identity === undefined ? undefined : kept.get(identity);
    if (known !== undefined) return known;
    const checks = keywords
      .map(keyword => makers[keyword]!(said[keyword], { schema: said, dialect, patterns, limits, spend }))
      .filter(each => each !== undefined);
    const textWeight = checks.reduce((sum, each) => sum + (each.textWeight ?? 0), textWeightMin);
    const rules = new Assertions(stepsOf(said), textWeight, checks, textsOf(said));
    if (identity !== undefined) kept.set(identity, rules);
    return rules;
  };
}

/** Returns a key for a schema's assertions; undefined if sharing would cost more than it saves. */
function identityOf(said: JsonObject): string | undefined {
  let identity = "";
  for (const keyword in said) {
    const given = said[keyword];
    if (keyword === "const" || keyword === "enum") return undefined;
    const text = typeof given === "string" ? JSON.stringify(given) : `${typeof given} ${given}`;
    identity += `${keyword} ${text},`;
  }
  return identity;
}
