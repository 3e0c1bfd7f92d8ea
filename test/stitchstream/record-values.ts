import fc from "fast-check";

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

/** Values in a record, whose maps have these names. */
export const valuesWith = (names: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 5, arbitrary: scalars },
    fc.array(scalars, { maxLength: 2 }),
    fc.dictionary(names, scalars, { maxKeys: 2 }),
  );
