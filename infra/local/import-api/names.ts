import { Digits, isInt64, toJson, type Value } from "./values.ts";

/**
 * Java's and org.json's names of types, as everit's messages have them. How the service reads an integer of
 * more than 64 bits, and -0, depends on its parser, which is not known: a number and an integer are what they
 * look like.
 */
export function nameOf(value: Value): string {
  if (value === null) return "Null";
  if (value instanceof Map) return "JSONObject";
  if (Array.isArray(value)) return "JSONArray";
  if (typeof value === "boolean") return "Boolean";
  if (!(value instanceof Digits)) return "String";
  if (!/^-?\d+$/.test(value.text)) return "Double";
  if (!isInt64(value)) return "BigInteger";
  return Number(value.text) === (Number(value.text) | 0) ? "Integer" : "Long";
}

/** Returns a value as Java's `String.format` writes it. */
export function javaText(value: Value): string {
  if (value instanceof Digits && nameOf(value) === "Double") return doubleText(Number(value.text));
  return typeof value === "string" ? value : toJson(value);
}

/** java.lang.Double.toString: plain from 0.001 to below 10,000,000, and always with a point. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  if (value === 0 || (power >= -3 && power < 7)) return withPoint(String(value));
  return `${withPoint(digits)}E${power}`;
}

const withPoint = (digits: string) => (digits.includes(".") ? digits : `${digits}.0`);
