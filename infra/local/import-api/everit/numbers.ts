import { doubleText, javaText, nameOf } from "../names.ts";
import { Digits, decimalOf } from "../values.ts";
import { booleanAt, numberAt } from "./keywords.ts";
import { type Check, expectedType, type Schema, type Violation, violation } from "./violation.ts";

export const numberKeywords = ["minimum", "maximum", "minimumExclusive", "maximumExclusive", "multipleOf"];

/** everit's NumberSchema: checks a number, through doubles, and names the first violation. */
export function numberCheck(schema: Schema, isInteger: boolean): Check {
  const bounds = [boundCheck(schema, minimum), boundCheck(schema, maximum), multipleCheck(schema)];
  return value => {
    if (!(value instanceof Digits)) return undefined;
    const found = nameOf(value);
    if (isInteger && found !== "Integer" && found !== "Long") return expectedType("Integer", found);
    for (const check of bounds) {
      const failure = check(Number(value.text));
      if (failure !== undefined) return failure;
    }
    return undefined;
  };
}

type DoubleCheck = (value: number) => Violation | undefined;

/** A pair of keywords that bound a number on one side. */
interface Bound {
  readonly key: string;
  readonly exclusiveKey: string;
  /** Returns how far a value is on the right side of the bound. */
  readonly distance: (value: number, bound: number) => number;
  readonly word: string;
}

const minimum: Bound = {
  key: "minimum",
  exclusiveKey: "exclusiveMinimum",
  distance: (value, bound) => value - bound,
  word: "higher",
};
const maximum: Bound = {
  key: "maximum",
  exclusiveKey: "exclusiveMaximum",
  distance: (value, bound) => bound - value,
  word: "lower",
};

function boundCheck(schema: Schema, { key, exclusiveKey, distance, word }: Bound): DoubleCheck {
  const bound = numberAt(schema, key);
  const isExclusive = booleanAt(schema, exclusiveKey);
  return value => {
    if (bound === undefined) return undefined;
    const room = distance(value, Number(bound.text));
    if (room > 0 || (room === 0 && !isExclusive)) return undefined;
    const relation = isExclusive ? `${word} than` : `${word} or equal to`;
    return violation(`${doubleText(value)} is not ${relation} ${javaText(bound)}`);
  };
}

/** RUN, and SEEN with 1.275888 under 1.0E-5 (tap-xero#35): the decimals that the doubles print as. */
function multipleCheck(schema: Schema): DoubleCheck {
  const step = numberAt(schema, "multipleOf");
  return value =>
    step === undefined || isMultiple(value, Number(step.text))
      ? undefined
      : violation(`${doubleText(value)} is not a multiple of ${javaText(step)}`);
}

/** everit fails to divide by zero (run), and what the service answers then is not known: accepted. */
function isMultiple(value: number, step: number): boolean {
  if (step === 0) return true;
  if (!Number.isFinite(value) || !Number.isFinite(step)) return false;
  const [of, by] = [decimalOf(String(value))!, decimalOf(String(step))!];
  const lowest = Math.min(of.exponent, by.exponent);
  const scaled = ({ digits, exponent }: typeof of) => digits * 10n ** BigInt(exponent - lowest);
  return scaled(of) % scaled(by) === 0n;
}
