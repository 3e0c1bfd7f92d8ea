import { faultText } from "../functions/persister/body/faults.ts";
import type { Fault } from "../functions/persister/errors.ts";

/** Which of the caller's lines one of a body's is. */
export type LineOf = (line: number) => number;

/**
 * Faults, a line each, by their lines in the whole stream; says how many there are where not all are named.
 */
export function faultLines(
  {
    faults,
    total = faults.length,
  }: { readonly faults: readonly Fault[]; readonly total?: number | undefined },
  lineOf: LineOf,
): string {
  const lines = faults.map(fault => `\n  ${faultText({ ...fault, line: lineOf(fault.line) })}`);
  const count = total > faults.length ? ` ${faults.length} of its ${total} faults:` : "";
  return count + lines.join("");
}
