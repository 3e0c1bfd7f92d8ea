import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";

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

export const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Resolves to the exit code of a process; null if a signal ended it. */
export const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once("exit", resolve);
  });

export function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", ...args], {
    stdio: "ignore",
    env: { ...process.env, ...env },
  });
}
