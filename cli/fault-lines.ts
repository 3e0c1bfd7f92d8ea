import { faultText } from "../functions/persister/body/faults.ts";
import type { Fault } from "../functions/persister/errors.ts";
import { visible } from "./text.ts";

/** Maps a line of a body to the line of the caller's stream. */
export type LineOf = (line: number) => number;

/** Returns faults, one a line, by their lines in the whole stream, and their number if some are left out. */
export function faultLines(
  {
    faults,
    total = faults.length,
  }: { readonly faults: readonly Fault[]; readonly total?: number | undefined },
  lineOf: LineOf,
): string {
  const lines = faults.map(fault => `\n  ${visible(faultText({ ...fault, line: lineOf(fault.line) }))}`);
  const count = total > faults.length ? ` ${faults.length} of its ${total} faults:` : "";
  return count + lines.join("");
}
