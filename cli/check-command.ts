import type { Values } from "./arguments.ts";
import { type CheckProgress, check } from "./check.ts";
import { usageError } from "./cli-error.ts";
import type { Terminal } from "./terminal.ts";
import { fitted } from "./text.ts";
import { bytes, clockTime } from "./times.ts";
import { counted } from "./words.ts";

/** A command's output, and its exit code. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs `persist check FILE`, which shows its progress on a terminal. Rejects with CliError. */
export async function runCheckCommand(
  { json, annotations = process.env.GITHUB_ACTIONS === "true" }: Values,
  [file, ...more]: readonly string[],
  terminal: Terminal,
): Promise<Outcome> {
  if (file === undefined || more.length > 0)
    throw usageError("persist check FILE: one stitchstream, gzipped or not; - is stdin.");
  const start = performance.now();
  const findings = await check(file, progress =>
    terminal.change(progressLine(progress, (performance.now() - start) / 1_000, terminal.width)),
  );
  terminal.end();
  const { exitCode } = findings;
  if (json === true) return { stdout: findings.json(), stderr: "", exitCode };
  if (exitCode === 0) return { stdout: findings.text(), stderr: "", exitCode };
  return { stdout: annotations ? findings.annotations() : "", stderr: findings.text(), exitCode };
}

/** Returns how far a check has come after so many seconds, on a line of at most `width` columns. */
export function progressLine(progress: CheckProgress, seconds: number, width: number): string {
  const { name, bytes: read, bytesTotal, records } = progress;
  const share = bytesTotal ? ` of ${bytes(bytesTotal)} (${Math.floor((100 * read) / bytesTotal)} %)` : "";
  return fitted([clockTime(seconds), `${bytes(read)}${share}`, counted(records, "record"), name], width);
}
