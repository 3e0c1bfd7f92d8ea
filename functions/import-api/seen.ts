import { isInt64 } from "../values/transit-scalar.ts";
import { Kind } from "../values/visitor.ts";

/** JSON Schema's types, in the order in which they are written. */
const typeNames = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;
type TypeName = (typeof typeNames)[number];
/** A bit for each: types, and instants, which are strings. */
export const bit = Object.fromEntries(typeNames.map((name, n) => [name, 1 << n])) as Record<TypeName, number>;
export const instantBit = 1 << typeNames.length;

/** The schema of a value, without its members or elements, by the bits that were seen. */
export const schemaTexts = Array.from({ length: 2 * instantBit }, (_, seen) => schemaText(seen));

function schemaText(seen: number): string {
  const isInstant = (seen & instantBit) !== 0;
  const type = JSON.stringify(typeIn(isInstant ? seen | bit.string : seen));
  // Text that is not an instant would violate the format.
  return isInstant && (seen & bit.string) === 0 ? `"type":${type},"format":"date-time"` : `"type":${type}`;
}

/** Integers among other numbers are numbers. */
function typeIn(seen: number): TypeName | TypeName[] {
  const types = (seen & bit.number) !== 0 ? seen & ~bit.integer : seen;
  const names = typeNames.filter(name => (types & bit[name]) !== 0);
  return names.length === 1 ? names[0]! : names;
}

const kinds = (...some: Kind[]) => some.reduce<number>((all, kind) => all | (1 << kind), 0);
const { special, text, uuid, uri, bytes: binary, keyword, symbol, character } = Kind;
/** The kinds of values that add nothing to a schema in which this was seen. */
export const knownKinds: readonly (readonly [bit: number, kinds: number])[] = [
  [bit.null, kinds(Kind.null)],
  [bit.boolean, kinds(Kind.boolean)],
  [bit.integer, kinds(Kind.integer)],
  [bit.number, kinds(Kind.integer, Kind.bigInteger, Kind.double, Kind.decimal)],
  [bit.string, kinds(special, text, uuid, uri, binary, keyword, symbol, character)],
  [instantBit, kinds(Kind.instant)],
  [bit.array, kinds(Kind.array)],
  [bit.object, kinds(Kind.map)],
];

const ascii = new TextDecoder("latin1");

/** Returns the bit of a value. */
export function bitOf(kind: Kind, bytes: Uint8Array, start: number, end: number): number {
  switch (kind) {
    case Kind.null:
      return bit.null;
    case Kind.boolean:
      return bit.boolean;
    case Kind.integer:
    case Kind.bigInteger:
      // The Import API's `integer` ends at 64 bits: import-api.md section 2.
      return isInt64(ascii.decode(bytes.subarray(start, end))) ? bit.integer : bit.number;
    case Kind.double:
    case Kind.decimal:
      return bit.number;
    case Kind.instant:
      return instantBit;
    case Kind.map:
      return bit.object;
    case Kind.array:
      return bit.array;
    default:
      return bit.string;
  }
}
