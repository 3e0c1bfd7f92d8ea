const KiB = 1024;
const MiB = 1024 * KiB;

/** Schemas that a process keeps for the deliveries to come, in UTF-16 units of their texts; a table of 30 columns has some 2,000. */
export const schemaCharsKeptMax = 2 * MiB;
/** Databases have 38 digits, some 1,000: a value is divided by as many in about as many steps. */
export const multipleOfDigitsMax = 300;
export const patternsKeptMax = 500;
/** The states of a pattern's automaton that stay in memory. */
export const patternStatesBytesMax = 32 * KiB;
