import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { threadId } from "node:worker_threads";
import { buildSync } from "esbuild";
import { inject, vi } from "vitest";
import { argumentsOf } from "../../cli/arguments.ts";
import type { Outcome } from "../../cli/check-command.ts";
import { commandOf } from "../../cli/commands.ts";
import { Terminal } from "../../cli/terminal.ts";
import { Printed } from "../printed.ts";

const root = new URL("../../", import.meta.url).pathname;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly stdout: Printed;
  readonly stderr: Printed;
  readonly ended: Promise<Ended>;
}

/** The bundle of a program, for use in a shell. All test files share it. */
export function bundleOf(file: string): string {
  const bundled = join(inject("programs"), file.replace(/\W+/g, "-"), `${basename(file, ".ts")}.mjs`);
  if (existsSync(bundled)) return bundled;
  // Another thread may bundle it at the same time.
  const outfile = `${bundled}.${threadId}.mjs`;
  const banner = {
    js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
  };
  buildSync({ entryPoints: [root + file], outfile, bundle: true, platform: "node", format: "esm", banner });
  renameSync(outfile, bundled);
  return bundled;
}

/** Removes what a run writes before its messages, unless it is on a terminal: time, level and streamer. */
export const unstamped = (stderr: string): string =>
  stderr.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z (info|warning|error)( [a-z0-9_-]+)?: /gm, "");

/** `persist`, as typed. */
export const persist = (args: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string): Running =>
  running("cli/persist.ts", args, env, cwd);

/** A program of this project, with only `env` as its environment. */
export function running(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = root,
): Running {
  const child = spawn(process.execPath, [bundleOf(file), ...args], {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH, ...env },
  });
  // It may end before it has read everything.
  child.stdin.on("error", () => {});
  const stdout = new Printed(child.stdout);
  const stderr = new Printed(child.stderr);
  const ended = new Promise<Ended>(resolve =>
    child.on("close", code => resolve({ code, stdout: stdout.text, stderr: unstamped(stderr.text) })),
  );
  return { child, stdout, stderr, ended };
}

/** Runs a command that sends no stream, in this process. Resolves to its output, without colors. */
export async function commanded(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    const { values, positionals } = argumentsOf(args);
    const view = { width: Number.POSITIVE_INFINITY, hasColors: false, now: Date.now() };
    const context = { view, terminal: new Terminal() };
    const output = await commandOf(positionals)(values, positionals.slice(1), context);
    return typeof output === "string" ? { stdout: output, stderr: "", exitCode: 0 } : output;
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Gets all of its stdin at once. */
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
