import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stopped, StreamerFailed } from "../persister/segments/streaming.ts";

/** A program that prints a stitchstream, and how it is told where to start. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /**
   * `--state` for a Singer tap; the bookmark's file is the last argument, alone where this is absent or
   * empty.
   */
  readonly bookmarkArg?: string | undefined;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const isWindows = process.platform === "win32";
/** How long a streamer may take to end once it is asked to, ms. */
const endMilliseconds = 5_000;

/**
 * Runs a streamer from a bookmark's text, and gives what it prints; its stderr is ours. Rejects with
 * StreamerFailed where it can't be run, or ends with another code than 0: then what it printed last is not
 * the end; with Stopped once `stopped` says so.
 */
export async function* outputOf(
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
  { file, args, bookmarkArg, env }: Program,
  path: string | undefined,
  stopped: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const given = path === undefined ? [] : bookmarkArg ? [bookmarkArg, path] : [path];
  // A group of its own: a shell's pipeline ends as one.
  const child = spawn(file, [...args, ...given], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
    detached: !isWindows,
  });
  const ended = new Promise<string | undefined>(resolve => {
    child.once("error", error => resolve(`${file} can't be run: ${error.message}.`));
    child.once("close", (code, signal) =>
      resolve(
        code === 0
          ? undefined
          : `${file} ended with ${code ?? signal}. What it printed up to its last bookmark is kept.`,
      ),
    );
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  let killing: NodeJS.Timeout | undefined;
  const terminate = () => void (isOver || signalGroup(child, "SIGTERM"));
  const end = () => {
    terminate();
    killing ??= setTimeout(() => {
      signalGroup(child, "SIGKILL");
      // What has left the group, a daemon, say, may hold the pipe for ever.
      child.stdout.destroy();
    }, endMilliseconds);
  };
  process.once("exit", terminate);
  stopped.addEventListener("abort", end);
  if (stopped.aborted) end();
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
    stopped.removeEventListener("abort", end);
    if (!isOver) end();
    await ended;
    clearTimeout(killing);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (isWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // It has ended by itself, or is no longer ours to end, as under sudo.
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
}
