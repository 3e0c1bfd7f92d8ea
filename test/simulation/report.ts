import { faults, notIn } from "./faults.ts";
import { steps } from "./steps.ts";
import type { DestinationName } from "./world/traits.ts";

/** The number of faults of each kind at each step. */
export type FaultCounts = Map<string, Map<string, number>>;

export function noteFault(counts: FaultCounts, fault: string, step: string, times = 1): void {
  const bySteps = counts.get(fault) ?? new Map<string, number>();
  counts.set(fault, bySteps.set(step, (bySteps.get(step) ?? 0) + times));
}

export function addFaults(counts: FaultCounts, more: FaultCounts): void {
  for (const [fault, bySteps] of more)
    for (const [step, times] of bySteps) noteFault(counts, fault, step, times);
}

/** Kinds of faults and steps that no schedule has hit, so that the run has not tested them. */
export function neverHit(counts: FaultCounts, destination: DestinationName = "import-api"): string[] {
  const hit = new Set([...counts.values()].flatMap(bySteps => [...bySteps.keys()]));
  const missed = [...faults.filter(fault => !counts.has(fault)), ...steps.filter(step => !hit.has(step))];
  return missed.filter(each => !(notIn[destination] as readonly string[]).includes(each));
}

/** A Markdown table with a row for each kind of fault and a column for each step. */
export function faultTable(counts: FaultCounts): string {
  const cells = faults.map(fault => [
    fault,
    ...steps.map(step => String(counts.get(fault)?.get(step) ?? "")),
  ]);
  const rows = [["", ...steps], ...cells];
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map(row => row[column]!.length)));
  const [head, ...body] = rows.map(row => {
    const padded = row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!)));
    return `| ${padded.join(" | ")} |`;
  });
  const ruler = `|${widths.map((width, n) => `${"-".repeat(width + 1)}${n === 0 ? "-" : ":"}`).join("|")}|`;
  return [head, ruler, ...body].join("\n");
}
