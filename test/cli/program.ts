import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { buildSync } from "esbuild";
import { afterAll } from "vitest";
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

/** Bundles of the programs that ran. A bundle starts in a fifth of the time that its sources need. */
const bundles = new Map<string, string>();
const dir = mkdtempSync(join(tmpdir(), "persister-program-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The bundle of a program, for use in a shell. */
export function bundleOf(file: string): string {
  const known = bundles.get(file);
  if (known !== undefined) return known;
  const outfile = join(dir, `${basename(file, ".ts")}.mjs`);
  const banner = {
    js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
  };
  buildSync({ entryPoints: [root + file], outfile, bundle: true, platform: "node", format: "esm", banner });
  bundles.set(file, outfile);
  return outfile;
}

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
    child.on("close", code => resolve({ code, stdout: stdout.text, stderr: stderr.text })),
  );
  return { child, stdout, stderr, ended };
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
