import type { Value } from "../values.ts";

/** One violation of a schema, or several with a count above them: everit's ValidationException. */
export interface Violation {
  /** A JSON pointer into the record, `#` at its root. */
  readonly pointer: string;
  readonly message: string;
  readonly causes: readonly Violation[];
}

export type Schema = Map<string, Value>;

/** Checks a value; undefined if it conforms. */
export type Check = (value: Value) => Violation | undefined;

export const violation = (message: string, causes: readonly Violation[] = []): Violation => ({
  pointer: "#",
  message,
  causes,
});

/** everit names the type of a value that has the wrong one. */
export const expectedType = (expected: string, found: string): Violation =>
  violation(`expected type: ${expected}, found: ${found}`);

/**
 * Returns the violation as seen from the object or array that holds the value. everit escapes the name of a
 * cause twice.
 */
export function within(name: string, { pointer, message, causes }: Violation): Violation {
  const escaped = name.replaceAll("~", "~0").replaceAll("/", "~1");
  return {
    pointer: `#/${escaped}${pointer.slice(1)}`,
    message,
    causes: causes.map(cause => within(escaped, cause)),
  };
}

/** Returns a single violation unchanged, and several as one with their number. */
export function combined(violations: readonly Violation[]): Violation | undefined {
  if (violations.length <= 1) return violations[0];
  return violation(`${countOf(violations)} schema violations found`, violations);
}

const countOf = (violations: readonly Violation[]): number =>
  violations.reduce((sum, { causes }) => sum + Math.max(1, countOf(causes)), 0);

/** Returns the lines of a violation, its causes after it. */
export const linesOf = ({ pointer, message, causes }: Violation): string[] => [
  `${pointer}: ${message}`,
  ...causes.flatMap(linesOf),
];
