import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exits } from "./endpoint.ts";
import { Told } from "./told.ts";

/** A program that prints a stitchstream, and how it is told where to start. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** `--state` for a Singer tap; the bookmark file is the last argument where there is none. */
  readonly bookmarkArg: string | undefined;
}

/** How long a streamer may take to end once it is asked to, ms. */
const endMilliseconds = 5_000;

/**
 * Runs a streamer from a bookmark's text, and gives what it prints; its stderr is ours. Throws Told where it can't be run, or
 * ends with another code than 0: then what it printed last is not the end.
 */
export async function* outputOf(
  { file, args, bookmarkArg }: Command,
  bookmark: string | undefined,
): AsyncGenerator<Uint8Array> {
  const dir = await mkdtemp(join(tmpdir(), "persist-"));
  const path = join(dir, "bookmark");
  if (bookmark !== undefined) await writeFile(path, `${bookmark}\n`, { mode: 0o600 });
  const given = bookmark === undefined ? [] : bookmarkArg === undefined ? [path] : [bookmarkArg, path];
  const child = spawn(file, [...args, ...given], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<string | undefined>(resolve => {
    child.once("error", error => resolve(`${file} can't be run: ${error.message}`));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : `${file} ended with ${code ?? signal}`),
    );
  });
  const stop = () => child.kill("SIGTERM");
  process.once("exit", stop);
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    const failure = await ended;
    if (failure !== undefined) throw new Told(`${failure}. What it printed before is kept.`, exits.streamer);
  } finally {
    process.off("exit", stop);
    if (child.exitCode === null && child.signalCode === null) {
      stop();
      const timer = setTimeout(() => child.kill("SIGKILL"), endMilliseconds);
      await ended;
      clearTimeout(timer);
    }
    await rm(dir, { recursive: true, force: true });
  }
}
