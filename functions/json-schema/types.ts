import { ExactNumber } from "./exact-number.ts";

/**
 * A bit for each type. A number is either `integer`, by the Import API's definition, or `number`: 5.0 is a
 * number.
 */
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
/** A bit for each type of value. */
export const typeBits = { ...bits, fractional };
export const allTypes = 127;
/** The bits of all types, each alone. */
export const eachType: readonly number[] = [...new Set([...Object.values(bits), fractional])].filter(
  bit => bit !== bits.number,
);

type TypeName = keyof typeof bits;
/** The values of a schema's `type`. */
export type TypeNames = TypeName | readonly TypeName[];

/** Returns the bits of a schema's `type`. */
export const typesOf = (type: TypeNames): number =>
  [type].flat().reduce((types, each) => types | bits[each], 0);

/** Returns the bit of a value's type. */
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

/** Returns the types of the values that equal one of `values`: a double may equal an integer. */
export const typesOfEqual = (values: readonly unknown[]): number =>
  values.map(typeOf).reduce((types, type) => types | ((type & bits.number) === 0 ? type : bits.number), 0);

/** Returns whether these types include integers. */
export const allowsInteger = (types: number): boolean => (types & bits.integer) !== 0;
