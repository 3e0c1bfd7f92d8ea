import { isLosslessNumber, LosslessNumber, parse, stringify } from "lossless-json";

/**
 * Parses JSON, keeping each number's text. The last value of a repeated name counts. Throws SyntaxError.
 */
export const parseJson = (text: string): unknown =>
  parse(text, undefined, { onDuplicateKey: ({ newValue }) => newValue });

/** Writes a value as JSON. Numbers keep the digits that they were read with; a Date becomes RFC 3339. */
export const jsonOf = (value: unknown): string => stringify(value) ?? "null";

/** Returns a safe integer, such as an instant; undefined for any other value. */
export function integerOf(value: unknown): number | undefined {
  const text = isLosslessNumber(value) ? value.value : typeof value === "number" ? String(value) : "";
  const number = Number(text);
  return /^-?\d+(\.0+)?$/.test(text) && Number.isSafeInteger(number) ? number : undefined;
}

/** Returns a number if JavaScript prints it as it is written, else a LosslessNumber. */
export function numberOf(text: string): number | LosslessNumber {
  const number = Number(text);
  return String(number) === text ? number : new LosslessNumber(text);
}
