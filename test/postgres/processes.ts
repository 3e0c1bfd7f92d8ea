import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** Real processes that send a stream with 10 rows with keys for each without. */
export interface Stream {
  readonly keyed: number;
  readonly keyless: number;
  readonly text: string;
}

/** The rows between two STATEs. */
const between = 2_000;

export function streamOf(keyed: number, keyless: number): Stream {
  const lines = ['{"type":"SCHEMA","stream":"k","key_properties":["id"],"schema":{"type":"object"}}'];
  for (let n = 1; n <= keyed; n++) {
    lines.push(`{"type":"RECORD","stream":"k","record":{"id":${n},"name":"row ${n}"}}`);
    if (n % (keyed / keyless) === 0) lines.push(`{"type":"RECORD","stream":"l","record":{"n":${n}}}`);
    if (n % between === 0) lines.push(`{"type":"STATE","value":{"n":${n}}}`);
  }
  return { keyed, keyless, text: `${lines.join("\n")}\n` };
}

export interface Program {
  readonly child: ChildProcess;
  /** Resolves to its exit code, null if a signal ended it, and what it has written to stderr. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

export function start(args: readonly string[], env: Readonly<Record<string, string>>): Program {
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  const exit = once(child, "exit");
  const ended = text(child.stderr).then(async errors => ({
    code: ((await exit) as [number | null])[0],
    errors,
  }));
  return { child, ended };
}
