import { ExactNumber } from "./exact-number.ts";

/** A bit for each type; a number is of one of two: `integer` is the Import API's, 5.0 is none. */
const bits = {
  null: 1,
  boolean: 2,
  string: 4,
  array: 8,
  object: 16,
  integer: 32,
  number: 32 | 64,
} as const;
const fractional = 64;

type TypeName = keyof typeof bits;
/** What a schema may have for its `type`. */
export type TypeNames = TypeName | readonly TypeName[];

/** The bits of a schema's `type`. */
export const typesOf = (type: TypeNames): number =>
  [type].flat().reduce((types, each) => types | bits[each], 0);

/** The bit of what `value` is. */
export function typeOf(value: unknown): number {
  switch (typeof value) {
    case "string":
      return bits.string;
    case "number":
      return Number.isInteger(value) ? bits.integer : Number.isFinite(value) ? fractional : 0;
    case "boolean":
      return bits.boolean;
    default:
      break;
  }
  if (value === null) return bits.null;
  if (value instanceof ExactNumber) return value.isInteger ? bits.integer : fractional;
  return Array.isArray(value) ? bits.array : bits.object;
}

/** Whether integers are among these types. */
export const takesInteger = (types: number): boolean => (types & bits.integer) !== 0;
