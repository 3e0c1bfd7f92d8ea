import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Stopped, StreamerFailed } from "./streaming.ts";

/** A program that prints a stitchstream, and how it receives its bookmark. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** The argument before the bookmark's file, such as `--state` for a Singer tap; none if absent or empty. */
  readonly bookmarkArg?: string | undefined;
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A sentence about what a failure leaves. */
  readonly kept?: string;
  /** Takes what it writes to stderr, and undefined at the end. Without it, its stderr is ours. */
  readonly onStderr?: ((chunk: Uint8Array | undefined) => void) | undefined;
}

const outputKept = "Its output up to its last bookmark is kept.";
const isWindows = process.platform === "win32";
/** How long a streamer may take to end after SIGTERM. */
const terminationMilliseconds = 5_000;
/** A process that outlives the streamer, such as a daemon, may keep its stderr open. */
const lastWordsMilliseconds = 1_000;

/**
 * Runs a streamer from a bookmark's text and yields its output. Rejects with
 * StreamerFailed if it can't be started or exits with a code other than 0, and with Stopped once `stopped`
 * is aborted.
 */
export async function* runProgram(
  program: Program,
  bookmark: string | undefined,
  stopped: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const dir = await mkdtemp(join(tmpdir(), "persist-"));
  try {
    const path = join(dir, "bookmark");
    if (bookmark !== undefined) await writeFile(path, `${bookmark}\n`, { mode: 0o600 });
    yield* printed(program, bookmark === undefined ? undefined : path, stopped);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function* printed(
  { file, args, bookmarkArg, env, kept = outputKept, onStderr }: Program,
  path: string | undefined,
  stopped: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const given = path === undefined ? [] : bookmarkArg ? [bookmarkArg, path] : [path];
  // Its own process group, so that a shell's pipeline is terminated as a whole.
  const child = spawn(file, [...args, ...given], {
    stdio: ["ignore", "pipe", onStderr === undefined ? "inherit" : "pipe"],
    env,
    detached: !isWindows,
  }) as ChildProcessByStdio<null, Readable, Readable | null>;
  if (onStderr !== undefined) follow(child, onStderr);
  const ended = new Promise<string | undefined>(resolve => {
    child.once("error", error => resolve(`${file} can't be started: ${error.message}.`));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : `${file} exited with ${code ?? signal}. ${kept}`),
    );
  });
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  let killTimer: NodeJS.Timeout | undefined;
  const terminate = () => void (hasEnded || signalGroup(child, "SIGTERM"));
  const stop = () => {
    terminate();
    killTimer ??= setTimeout(() => {
      signalGroup(child, "SIGKILL");
      // A process that has left the group, such as a daemon, may never close the pipe.
      child.stdout.destroy();
      child.stderr?.destroy();
    }, terminationMilliseconds);
  };
  process.once("exit", terminate);
  stopped.addEventListener("abort", stop);
  if (stopped.aborted) stop();
  try {
    try {
      yield* child.stdout as AsyncIterable<Uint8Array>;
    } catch (error) {
      if (!stopped.aborted) throw error;
    }
    const failure = await ended;
    if (stopped.aborted) throw new Stopped();
    if (failure !== undefined) throw new StreamerFailed(failure);
  } finally {
    process.off("exit", terminate);
    stopped.removeEventListener("abort", stop);
    if (!hasEnded) stop();
    await ended;
    clearTimeout(killTimer);
  }
}

/** Gives what a process writes to stderr to `take`, until its end. */
function follow(child: ChildProcess, take: (chunk: Uint8Array | undefined) => void): void {
  child.stderr?.on("data", take).once("close", () => take(undefined));
  child.once("exit", () => setTimeout(() => child.stderr?.destroy(), lastWordsMilliseconds).unref());
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (isWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // It has ended already, or we may not signal it, as under sudo.
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
}
