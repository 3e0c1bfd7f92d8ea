import { isInt64 } from "../values/transit-scalar.ts";
import { Kind } from "../values/visitor.ts";

/** The types of columns that Persister makes. */
const columnTypes = ["bigint", "numeric", "boolean", "timestamptz", "uuid", "jsonb", "text"] as const;
export type ColumnType = (typeof columnTypes)[number];

/** Returns a type's bit in a set of types. */
export const bitOf = (type: ColumnType): number => 1 << columnTypes.indexOf(type);

/** Returns the types in a set. */
export const typesIn = (bits: number): ColumnType[] => columnTypes.filter(type => (bits & bitOf(type)) !== 0);

/** Returns whether a column holds each value of a type without loss. */
export const holds = (column: ColumnType, value: ColumnType): boolean =>
  column === value || column === "text" || (column === "numeric" && value === "bigint");

const ascii = new TextDecoder("latin1");
/** A sign and up to 18 digits always fit 64 bits. */
const surelyInt64Chars = 18;

/** Returns the type that a scalar of this kind has by itself. */
export function typeOfScalar(kind: Kind, bytes: Uint8Array, start: number, end: number): ColumnType {
  switch (kind) {
    case Kind.boolean:
      return "boolean";
    case Kind.integer:
      if (end - start <= surelyInt64Chars) return "bigint";
      return isInt64(ascii.decode(bytes.subarray(start, end))) ? "bigint" : "numeric";
    case Kind.bigInteger:
    case Kind.double:
    case Kind.decimal:
      return "numeric";
    case Kind.uuid:
      return "uuid";
    default:
      return "text";
  }
}

/** Returns a column's type by PostgreSQL's name of it; undefined for one that Persister doesn't make. */
export function columnTypeOf(name: string): ColumnType | undefined {
  if (name === "timestamp with time zone") return "timestamptz";
  return columnTypes.find(type => type === name);
}
