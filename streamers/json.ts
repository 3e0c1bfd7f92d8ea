import { isLosslessNumber, LosslessNumber, parse, stringify } from "lossless-json";

/**
 * Parses JSON, with each number as the text that it was. Of a name that occurs twice the last value counts.
 * Throws SyntaxError.
 */
export const parseJson = (text: string): unknown =>
  parse(text, undefined, { onDuplicateKey: ({ newValue }) => newValue });

/** Writes a value as JSON, with the digits that its numbers were read with; a Date as RFC 3339. */
export const jsonOf = (value: unknown): string => stringify(value) ?? "null";

/**
 * A whole number that JavaScript's numbers hold exactly, such as an instant; undefined for any other value.
 */
export function integerOf(value: unknown): number | undefined {
  const text = isLosslessNumber(value) ? value.value : typeof value === "number" ? String(value) : "";
  const number = Number(text);
  return /^-?\d+(\.0+)?$/.test(text) && Number.isSafeInteger(number) ? number : undefined;
}

/** A number where JavaScript would print it as it is written, else its text. */
export function numberOf(text: string): number | LosslessNumber {
  const number = Number(text);
  return String(number) === text ? number : new LosslessNumber(text);
}
