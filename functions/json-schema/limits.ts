const KiB = 1024;
const MiB = 1024 * KiB;

/** Schemas that a process keeps between deliveries, in UTF-16 units of text; 30 columns need about 2,000. */
export const schemaCharsKeptMax = 2 * MiB;
/** Databases have 38 digits, a few have 1,000. Dividing a value takes about one step per digit. */
export const multipleOfDigitsMax = 300;
/** Nested schema nodes in one check, more than records and schemas may have: `$ref`s may be circular. */
export const evaluationDepthMax = 1_000;
export const patternsKeptMax = 500;
/** The memory for the states of a pattern's automaton. */
export const patternStatesBytesMax = 32 * KiB;
