import { isLosslessNumber, parse } from "lossless-json";
import transit from "transit-js";

/** A number as it was written, no digit touched. `decimal` is transit's `~f`. */
export class Digits {
  readonly text: string;
  readonly decimal: boolean;

  constructor(text: string, decimal = false) {
    this.text = text;
    this.decimal = decimal;
  }
}

/** What the Import API reads out of a body: read by other people's libraries, so that it checks our own readers. */
export type Value = null | boolean | string | Digits | Date | Value[] | Map<string, Value>;

/** Throws a SyntaxError for what is no JSON. */
export const fromJson = (text: string): Value => plain(parse(text));

function plain(value: unknown): Value {
  if (isLosslessNumber(value)) return new Digits(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  }
  return value as Value;
}

const reader = transit.reader("json");

/** Throws for what is no transit, and for tags that have no column type. Bare numbers beyond 2^53 lose digits in transit-js. */
export const fromTransit = (text: string): Value => untagged(reader.read(text));

interface Tagged {
  readonly tag: string;
  readonly rep: unknown;
}

function untagged(value: unknown): Value {
  if (value === null || typeof value === "boolean" || typeof value === "string" || value instanceof Date)
    return value;
  if (typeof value === "number") return new Digits(String(value));
  if (Array.isArray(value)) return value.map(untagged);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (transit.isMap(value)) return mapOf(value as Map<unknown, unknown>);
  if (transit.isSet(value)) return [...(value as Set<unknown>)].map(untagged);
  if (transit.isInteger(value)) return new Digits(String(value));
  if (transit.isUUID(value)) return String(value);
  if (transit.isKeyword(value)) return String(value).slice(1);
  if (transit.isSymbol(value)) return String(value);
  return taggedValue(value as Tagged);
}

function taggedValue({ tag, rep }: Tagged): Value {
  if (tag === "n") return new Digits(String(rep));
  if (tag === "f") return new Digits(String(rep), true);
  if (tag === "r") return String(rep);
  if (tag === "list") return (rep as unknown[]).map(untagged);
  throw new SyntaxError(`No column holds transit's ${tag}`);
}

function mapOf(map: Map<unknown, unknown>): Map<string, Value> {
  const fields = new Map<string, Value>();
  map.forEach((value, key) => {
    fields.set(String(untagged(key)), untagged(value));
  });
  return fields;
}

/** The value as JSON text, its digits as they were. */
export function toJson(value: Value): string {
  if (value instanceof Digits) return value.text;
  if (value instanceof Date) return quoted(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, each]) => `${quoted(key)}:${toJson(each)}`).join(",")}}`;
  }
  return typeof value === "string" ? quoted(value) : String(value);
}

/** Half of a surrogate pair, which DuckDB takes for broken JSON, becomes the character that stands for what is none. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  if (!json.includes("\\ud")) return json;
  return json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][\da-f]{2}/g, "$1\ufffd");
}

const int64Max = 2n ** 63n - 1n;

/** An integer literal, without fraction and exponent, of 64 bits. */
export function isInt64(value: Value | undefined): value is Digits {
  if (!(value instanceof Digits) || !/^-?\d+$/.test(value.text)) return false;
  const number = BigInt(value.text);
  return number <= int64Max && number >= -int64Max - 1n;
}

export const isScalar = (value: Value) => !Array.isArray(value) && !(value instanceof Map);

/** Scalar leaves. */
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

/** The value of a JSON number, whatever its spelling. */
export function decimalOf(text: string): Decimal {
  const [, sign, whole, fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(
    text,
  )!;
  const written = whole + fraction;
  const digits = written.replace(/0+$/, "");
  if (digits === "") return { digits: 0n, exponent: 0 };
  return {
    digits: BigInt(sign + digits),
    exponent: Number(power) - fraction.length + written.length - digits.length,
  };
}
