import { addAbortSignal } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { PersisterError } from "../functions/persister/errors.ts";
import { Stopped, StreamerFailed } from "../functions/persister/segments/streaming.ts";
import { outputOf, type Program } from "../functions/program/output.ts";
import manifest from "../package.json" with { type: "json" };
import { type Arguments, argumentsOf, assertConsistent, programOf } from "./arguments.ts";
import { bookmark, deliveries } from "./bookmark.ts";
import { assertUnchangedSince, type BookmarkFile, openBookmarkFile, readBookmark } from "./bookmark-file.ts";
import { check } from "./check.ts";
import { CliError, exits, usage } from "./cli-error.ts";
import { deliver, type Source } from "./deliver.ts";
import type { ExpectedBookmark } from "./expected-bookmark.ts";
import { forward } from "./forward-directly.ts";
import { unzipped } from "./gunzip.ts";
import { help } from "./help.ts";
import { Interruption } from "./interruption.ts";
import { Progress } from "./progress.ts";
import type { Following } from "./send.ts";
import { accountOf, endpointOf } from "./settings.ts";
import { unlessTap } from "./singer-tap.ts";

// What it makes is of no use a moment later: a young generation that grows only lets 10 MB and more of it lie
// about.
setFlagsFromString("--semi-space-growth-factor=1");

const progress = new Progress();
const interruption = new Interruption(() => progress.interrupted());
const { aborted } = interruption;

async function run(args: readonly string[]): Promise<void> {
  const given = argumentsOf(args);
  const { values, positionals } = given;
  if (values.help === true) return void process.stdout.write(help);
  if (values.version === true) return print(`persist ${manifest.version}`);
  const [action, ...rest] = positionals;
  if (action === "check") {
    if (rest[0] === undefined || rest.length > 1)
      throw usage("persist check FILE: one stitchstream, gzipped or not.");
    return print(await check(rest[0]));
  }
  if (action === "bookmark") return print(await bookmark(endpointOf(values), rest));
  if (action === "deliveries" && rest.length === 0) return print(await deliveries(endpointOf(values)));
  if (action !== undefined) throw usage(`${positionals.join(" ")}? persist --help says what there is.`);
  await sendAll(given);
}

/** Sends the stream, to an endpoint or straight to the Import API. */
async function sendAll(given: Arguments): Promise<void> {
  assertConsistent(given);
  const { bookmark: kept, "if-bookmark": read, cid } = given.values;
  const file = kept === undefined ? undefined : await openBookmarkFile(kept);
  const expected = file ?? (read === undefined ? undefined : { path: read, text: await readBookmark(read) });
  const isPipe = given.command === undefined;
  // The pipe's streamer reads it, too, and by itself.
  if (isPipe && expected !== undefined) await assertUnchangedSince(expected.path, performance.timeOrigin);
  const following = { watcher: progress, keep: keeping(file), aborted };
  interruption.isSending = true;
  try {
    await (cid === undefined ? deliverAll(given, expected, following) : forwardAll(given, file, following));
    interruption.throwIfAny();
    progress.whole(isPipe);
  } finally {
    progress.end();
  }
}

async function deliverAll(
  given: Arguments,
  expected: ExpectedBookmark | undefined,
  following: Shared,
): Promise<void> {
  const endpoint = endpointOf(given.values);
  await deliver({ ...following, source: sourceOf(given, true), endpoint, expected });
}

async function forwardAll(
  given: Arguments,
  file: BookmarkFile | undefined,
  following: Shared,
): Promise<void> {
  const source = sourceOf(given, file !== undefined);
  await forward({ ...following, source, account: accountOf(given.values), began: file?.text });
}

type Shared = Following & { readonly watcher: Progress };

/** What keeps a committed bookmark: its file, where there is one, and stdout. */
const keeping = (file: BookmarkFile | undefined) => async (text: string) => {
  try {
    await file?.replace(text);
  } finally {
    progress.print(text);
  }
};

/**
 * What comes on stdin, or what a command prints that `hasBookmarks` to start from. It ends once it is given
 * up.
 */
function sourceOf({ values, command }: Arguments, hasBookmarks: boolean): Source {
  if (command === undefined) {
    const output = unzipped(addAbortSignal(aborted.signal, process.stdin), "What came on stdin");
    return { kind: "pipe", output };
  }
  const program = programOf(command, values);
  return { kind: "command", run: bookmark => printedBy(program, bookmark, hasBookmarks) };
}

function printedBy(program: Program, bookmark: string | undefined, hasBookmarks: boolean) {
  const output = unzipped(outputOf(program, bookmark, aborted.signal), `What ${program.file} printed`);
  if (!hasBookmarks || program.bookmarkArg !== undefined) return output;
  const warn = (message: string) => progress.warn(message);
  return unlessTap(output, { hasBookmark: bookmark !== undefined, warn });
}

const print = (text: string) => void process.stdout.write(`${text.trimEnd()}\n`);

/** What is said of an error, and the exit code. */
function cliErrorOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof StreamerFailed) return new CliError(error.message, exits.streamer);
  // What is wrong with the stream itself, before any of it is sent.
  if (error instanceof PersisterError) return new CliError(error.message, exits.refused);
  return new CliError(error instanceof Error ? (error.stack ?? error.message) : String(error), exits.failed);
}

const isOfAbort = (error: unknown) => error instanceof Stopped || (error as Error).name === "AbortError";

try {
  await run(process.argv.slice(2)).catch((error: unknown) => {
    if (isOfAbort(error)) interruption.throwIfAny();
    throw error;
  });
} catch (error) {
  const { message, exitCode } = cliErrorOf(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}
