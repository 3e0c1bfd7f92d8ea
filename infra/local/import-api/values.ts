import { Instant } from "./instants.ts";

/** A number as it was written, no digit touched. `decimal` is transit's `~f`. */
export class Digits {
  readonly text: string;
  readonly decimal: boolean;

  constructor(text: string, decimal = false) {
    this.text = text;
    this.decimal = decimal;
  }
}

/** A value of a body. Nothing of the endpoint reads it, so that the sandbox checks our own readers. */
export type Value = null | boolean | string | Digits | Instant | Value[] | Map<string, Value>;

/** Returns the value as JSON text, its digits as they were. */
export function toJson(value: Value): string {
  // NaN and the infinities have no JSON.
  if (value instanceof Digits) return decimalOf(value.text) === undefined ? quoted(value.text) : value.text;
  if (value instanceof Instant) return quoted(String(value));
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, each]) => `${quoted(key)}:${toJson(each)}`).join(",")}}`;
  }
  return typeof value === "string" ? quoted(value) : String(value);
}

/** Half of a surrogate pair, which DuckDB refuses in JSON, becomes the replacement character. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  if (!json.includes("\\ud")) return json;
  return json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][\da-f]{2}/g, "$1\ufffd");
}

const int64Max = 2n ** 63n - 1n;
/** So many characters are less than either limit. */
const digitsAlwaysInt64 = 18;

/** Returns whether it is an integer literal, without fraction and exponent, of 64 bits. */
export function isInt64(value: Value | undefined): value is Digits {
  if (!(value instanceof Digits) || !/^-?\d+$/.test(value.text)) return false;
  if (value.text.length <= digitsAlwaysInt64) return true;
  const number = BigInt(value.text);
  return number <= int64Max && number >= -int64Max - 1n;
}

export const isScalar = (value: Value) => !Array.isArray(value) && !(value instanceof Map);

/** Counts the scalar leaves. */
export function dataPoints(value: Value): number {
  if (isScalar(value)) return 1;
  let count = 0;
  for (const each of (value as Value[] | Map<string, Value>).values()) count += dataPoints(each);
  return count;
}

/** A number's value: `digits` times ten to the power of `exponent`, without zeros at its end. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const numberForm = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Returns the value of a JSON number, whatever its spelling; undefined if it is not a number. */
export function decimalOf(text: string): Decimal | undefined {
  const parts = numberForm.exec(text);
  if (parts === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = parts;
  const written = whole + fraction;
  const digits = written.replace(/0+$/, "");
  if (/^0*$/.test(digits)) return { digits: 0n, exponent: 0 };
  return {
    digits: BigInt(sign + digits),
    exponent: Number(power) - fraction.length + written.length - digits.length,
  };
}
