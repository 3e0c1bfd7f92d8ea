import { Digits, isInt64, toJson, type Value } from "./values.ts";

/** A column's type in DuckDB, and how a value becomes text that casts to it. */
export interface ColumnType {
  readonly name: string;
  toText(value: Value): string;
}

const plainText = (value: Value) => (typeof value === "string" ? value : toJson(value));
const typeNamed = (name: string): ColumnType => ({
  name,
  toText: value => (value instanceof Date ? value.toISOString() : plainText(value)),
});
const decimalDigitsMax = 38;

/** The type that holds all of a column's values and loses no digit; VARCHAR where none does. */
export function columnTypeOf(values: readonly Value[]): ColumnType {
  const present = values.filter(value => value !== null);
  const all = (holds: (value: Value) => boolean) => present.length > 0 && present.every(holds);
  if (all(value => typeof value === "boolean")) return typeNamed("BOOLEAN");
  if (all(value => value instanceof Date)) return typeNamed("TIMESTAMPTZ");
  if (all(value => value instanceof Digits)) return numberType(present as Digits[]);
  if (all(value => Array.isArray(value) || value instanceof Map)) return typeNamed("JSON");
  return typeNamed("VARCHAR");
}

function numberType(values: readonly Digits[]): ColumnType {
  if (values.every(value => isInt64(value))) return typeNamed("BIGINT");
  if (values.every(({ text }) => /^-?\d+$/.test(text) && fitsInt128(text))) return typeNamed("HUGEINT");
  if (values.every(isExactDouble)) return typeNamed("DOUBLE");
  return decimalType(values) ?? typeNamed("VARCHAR");
}

const fitsInt128 = (digits: string) => BigInt.asIntN(128, BigInt(digits)) === BigInt(digits);

/** A double that prints as it was written, but for `.0`. Transit's decimals stay decimals. */
const isExactDouble = ({ text, decimal }: Digits) =>
  !decimal && String(Number(text)) === text.replace(/\.0$/, "");

function decimalType(values: readonly Digits[]): ColumnType | undefined {
  const parts = values.map(({ text }) => /^-?(\d+)(?:\.(\d+))?$/.exec(text));
  if (parts.includes(null)) return undefined;
  const whole = Math.max(...parts.map(part => part![1]!.replace(/^0$/, "").length));
  const scale = Math.max(...parts.map(part => part![2]?.length ?? 0));
  if (whole + scale > decimalDigitsMax) return undefined;
  return typeNamed(`DECIMAL(${Math.max(1, whole + scale)},${scale})`);
}
