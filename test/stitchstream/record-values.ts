import fc from "fast-check";
import transit from "transit-js";

const instants = fc.constantFrom(1, -1, 1_468_435_557_000).map(milliseconds => new Date(milliseconds));

/** Scalars in a record. Some texts begin as transit's tags and codes do. */
export const scalars = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom("~m0", "^0", "~:key", "~x", "`", "\\", "\u0000", "😀", ""),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  instants,
  fc.constant(null),
);

/** A keyword enters transit's cache. */
const elements = fc.array(fc.oneof(scalars, fc.constant("~:key"), fc.constant({ "~#set": [1] })), {
  maxLength: 3,
});

/** Values in a record, whose maps have these names. */
export const valuesWith = (names: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 5, arbitrary: scalars },
    fc.array(scalars, { maxLength: 2 }),
    fc.dictionary(names, scalars, { maxKeys: 2 }),
    fc.record({ "~#set": elements }),
    fc.record({ "~#list": elements }),
  );

/** Returns a value as transit-js writes it, with sets, lists and keywords. */
export function transitOf(value: unknown): unknown {
  if (value === "~:key") return transit.keyword("key");
  if (Array.isArray(value)) return value.map(transitOf);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const members = Object.entries(value);
  const [[name, inner] = []] = members;
  if (name === "~#set") return transit.set((inner as unknown[]).map(transitOf));
  if (name === "~#list") return transit.list((inner as unknown[]).map(transitOf));
  return transit.map(members.flatMap(([name, inner]) => [name, transitOf(inner)]));
}
