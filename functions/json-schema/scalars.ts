import { stringOf } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import { numberAsWritten } from "./exact-number.ts";
import { typeBits } from "./types.ts";

const ascii = new TextDecoder("latin1");
const { integer, fractional } = typeBits;

/** The types that scalars of each kind may have. */
export const typesOfKind: readonly (readonly [Kind, readonly number[]])[] = [
  [Kind.null, [typeBits.null]],
  [Kind.boolean, [typeBits.boolean]],
  [Kind.integer, [integer]],
  // An integer beyond 64 bits does not have the type `integer`.
  [Kind.bigInteger, [integer, fractional]],
  [Kind.double, [integer, fractional]],
  [Kind.text, [typeBits.string]],
];

/** By kind: all types that its scalars may have, as bits. */
export const typesOfScalars: readonly (number | undefined)[] = typesOfKind.reduce<number[]>(
  (all, [kind, types]) => {
    all[kind] = types.reduce((bits, each) => bits | each, 0);
    return all;
  },
  [],
);

/** Returns the scalar at `bytes[start, end)`, as checks of values get it. */
export function scalarOf(kind: Kind, bytes: Uint8Array, start: number, end: number): unknown {
  switch (kind) {
    case Kind.null:
      return null;
    case Kind.boolean:
      return bytes[start] === 0x74;
    case Kind.text:
      return stringOf(bytes, start, end);
    default:
      return numberAsWritten(ascii.decode(bytes.subarray(start, end)));
  }
}
