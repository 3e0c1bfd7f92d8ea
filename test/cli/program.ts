import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

const root = new URL("../../", import.meta.url).pathname;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

/** `persist`, as it is typed. */
export const persist = (args: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string): Running =>
  running("cli/persist.ts", args, env, cwd);

/** A program of this project, with nothing in its environment but `env`. */
export function running(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = root,
): Running {
  const tsx = new URL("../../node_modules/tsx/dist/loader.mjs", import.meta.url).href;
  const child = spawn(process.execPath, ["--import", tsx, root + file, ...args], {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH, ...env },
  });
  // It may end before it has read all.
  child.stdin.on("error", () => {});
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", text => {
    stdout += String(text);
  });
  child.stderr.on("data", text => {
    stderr += String(text);
  });
  const ended = new Promise<Ended>(resolve => child.on("close", code => resolve({ code, stdout, stderr })));
  return { child, ended };
}

/** With all of its stdin at once. */
export function persisted(
  args: readonly string[],
  stdin: string | Uint8Array,
  env?: NodeJS.ProcessEnv,
  cwd?: string,
) {
  const { child, ended } = persist(args, env, cwd);
  child.stdin.end(stdin);
  return ended;
}
