import type { JsonObject } from "../values/json-object.ts";
import { boundKeywords, type Check } from "./bounds.ts";
import type { Spend } from "./budget.ts";
import { type Dialect, NotASchema } from "./dialect.ts";
import { equalityOf, oneOf } from "./equal.ts";
import { decimalOf, isNumeric, type Numeric } from "./exact-number.ts";
import { multipleOfDigitsMax } from "./limits.ts";
import { patternOf } from "./patterns.ts";
import { type TypeNames, takesInteger, typeOf, typesOf } from "./types.ts";

/** What a schema says of a value alone. What leads on to more schemas is node.ts's. */
export class Assertions {
  /** What they cost a value, see walk.ts. */
  readonly steps: number;
  /** What a character of a text costs, in parts of a step. */
  readonly textWeight: number;
  readonly #checks: readonly Check[];

  constructor(steps: number, textWeight: number, checks: readonly Check[]) {
    this.steps = steps;
    this.textWeight = textWeight;
    this.#checks = checks;
  }

  matches(value: unknown, spend: Spend): boolean {
    for (const check of this.#checks) if (!check.matches(value, spend)) return false;
    return true;
  }

  /** What `value` breaks, in words. */
  violations(value: unknown, spend: Spend): string[] {
    return this.#checks
      .filter(check => !check.matches(value, spend))
      .map(check => check.message + (check.mendOf?.(value) ?? ""));
  }
}

/** Rules that look at a text, or at a number's digits, look at all of it: a sixteenth of a step for each. */
const textWeightMin = 2;

/** Those of the schema `false`. */
export const nothingFits = new Assertions(1, textWeightMin, [
  { message: "is not allowed", matches: () => false },
]);

/** What making a check needs beside what a keyword has under it. */
interface Beside {
  readonly schema: JsonObject;
  readonly dialect: Dialect;
  readonly spend: Spend;
}

/** What a keyword says, by what the schema has under it, which the dialect has read; undefined where that is nothing. */
const makers: Readonly<Record<string, (given: unknown, beside: Beside) => Check | undefined>> = {
  type: given => {
    const types = typesOf(given as TypeNames);
    return {
      message: `must be ${given}`,
      matches: value => (typeOf(value) & types) !== 0,
      mendOf: value => (isNumeric(value) && takesInteger(types) ? integerMend : ""),
    };
  },
  ...Object.fromEntries(Object.keys(boundKeywords).map(keyword => [keyword, boundMaker(keyword)])),
  format: (given, { dialect: { formats } }) => {
    if (!Object.hasOwn(formats, given as string)) return undefined;
    const isOne = formats[given as string]!;
    return {
      message: `must match format "${given}"`,
      matches: value => typeof value !== "string" || isOne(value),
    };
  },
  pattern: (given, { dialect, spend }) => {
    const pattern = patternOf(given as string, dialect, spend);
    if (pattern === null) return undefined;
    return {
      message: `must match pattern "${given}"`,
      matches: value => typeof value !== "string" || pattern.isIn(value),
      textWeight: pattern.weight,
    };
  },
  const: (given, { dialect }) => {
    const isEqual = equalityOf(dialect.isJava);
    return {
      message: "must be equal to constant",
      matches: (value, spend) => isEqual(given, value, spend),
    };
  },
  enum: (given, { dialect }) => ({
    message: "must be equal to one of the allowed values",
    matches: oneOf(given as readonly unknown[], dialect.isJava),
  }),
};

const keywordsKnown = Object.keys(makers);

/** The Import API's `integer` is narrower than JSON Schema's: import-api.md section 2. */
const integerMend = ": digits alone, of 64 bits; declare `number` for others";

function boundMaker(keyword: string) {
  return (given: unknown, { schema, dialect }: Beside): Check | undefined => {
    // Draft 4's, beside the bound itself.
    if (typeof given === "boolean") return undefined;
    const bound = given as Numeric;
    const { length } = keyword === "multipleOf" ? decimalOf(bound).digits : "";
    if (length > multipleOfDigitsMax)
      throw new NotASchema(`a multipleOf has at most ${multipleOfDigitsMax} digits, not ${length}`);
    return boundKeywords[keyword]!(bound, schema, dialect);
  };
}

/** To take a number apart, and to divide by one digit after the other. */
const divisionSteps = 20;

function stepsOf({ multipleOf }: JsonObject): number {
  const division = isNumeric(multipleOf) ? divisionSteps + decimalOf(multipleOf).digits.length : 0;
  return 1 + division;
}

/** The rules of a schema by itself; undefined where it has none. */
export type AssertionsOf = (schema: JsonObject, spend: Spend) => Assertions | undefined;

/** Streams' columns are of few types, so that the same rules serve many: they are kept as long as what it returns. */
export function assertionsIn(dialect: Dialect): AssertionsOf {
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
      .map(keyword => makers[keyword]!(said[keyword], { schema: said, dialect, spend }))
      .filter(each => each !== undefined);
    const textWeight = checks.reduce((sum, each) => sum + (each.textWeight ?? 0), textWeightMin);
    const rules = new Assertions(stepsOf(said), textWeight, checks);
    if (identity !== undefined) kept.set(identity, rules);
    return rules;
  };
}

/** Tells schemas' rules apart; undefined where it would take more than it saves. */
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
