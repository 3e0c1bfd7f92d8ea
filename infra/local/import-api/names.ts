import { Digits, type Value } from "./values.ts";

/** Java's and org.json's names of types, as everit's messages have them. */
export function nameOf(value: Value): string {
  if (value === null) return "Null";
  if (value instanceof Map) return "JSONObject";
  if (Array.isArray(value)) return "JSONArray";
  if (typeof value === "boolean") return "Boolean";
  if (!(value instanceof Digits)) return "String";
  if (!/^-?\d+$/.test(value.text)) return "Double";
  return Math.abs(Number(value.text)) < 2 ** 31 ? "Integer" : "Long";
}
