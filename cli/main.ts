import { setFlagsFromString } from "node:v8";
import { PersisterError } from "../functions/persister/errors.ts";
import { type Program, runProgram } from "../functions/program/output.ts";
import { Stopped, StreamerFailed } from "../functions/program/streaming.ts";
import manifest from "../package.json" with { type: "json" };
import {
  type Arguments,
  argumentsOf,
  assertConsistent,
  logOptionsOf,
  programOf,
  type Values,
} from "./arguments.ts";
import { assertMaySetBookmark } from "./bookmark.ts";
import { assertUnchangedSince, type BookmarkFile, openBookmarkFile, readBookmark } from "./bookmark-file.ts";
import { CliError, exits } from "./cli-error.ts";
import { commandOf } from "./commands.ts";
import { deliver, type Source } from "./deliver.ts";
import type { ExpectedBookmark } from "./expected-bookmark.ts";
import { type Forwarding, forward } from "./forward-directly.ts";
import { gunzipIfZipped } from "./gunzip.ts";
import { help } from "./help.ts";
import { type HoldOptions, holdBookmarks } from "./hold-bookmarks.ts";
import { Interruption } from "./interruption.ts";
import { Log } from "./log.ts";
import { Progress } from "./progress.ts";
import type { Following } from "./send.ts";
import { accountOf, endpointOf } from "./settings.ts";
import { assertNotSingerTap } from "./singer-tap.ts";
import { stdinUntil } from "./stdin.ts";
import { lineWriter } from "./streamer-log.ts";
import { Terminal } from "./terminal.ts";
import { folded, viewOf, visible, withoutControls } from "./text.ts";

// Our garbage is short-lived: a growing young generation would only hold 10 MB or more of it.
setFlagsFromString("--semi-space-growth-factor=1");
// Node 24 sets a Uint8Array's prototype at the first HTTP response, and V8 then discards all code that it
// has compiled for typed arrays (see --trace-deopt). Done at the start, the stream's code stays compiled.
Object.setPrototypeOf(new Uint8Array(0), Buffer.prototype);

const terminal = new Terminal();
const log = new Log(terminal, viewOf(process.stderr, Date.now()), Date.now);
const progress = new Progress(terminal, log, () => performance.now());
const interruption = new Interruption({
  waiting: subject => progress.interrupted(subject),
  failed: reportEnd,
});
const { aborted } = interruption;

async function run(args: readonly string[]): Promise<void> {
  const given = argumentsOf(args);
  const { values, positionals } = given;
  if (values.help === true) return void process.stdout.write(help);
  if (values.version === true) return print(`persist ${manifest.version}`);
  if (positionals.length === 0) return sendAll(given);
  const command = commandOf(positionals);
  const view = viewOf(process.stdout, Date.now());
  const output = await command(values, positionals.slice(1), { view, terminal });
  const { stdout, stderr, exitCode } =
    typeof output === "string" ? { stdout: output, stderr: "", exitCode: 0 } : output;
  if (stdout !== "") print(stdout);
  if (stderr !== "") terminal.say(stderr);
  process.exitCode = exitCode;
}

/** Sends the stream, to an endpoint or straight to its destination. */
async function sendAll(given: Arguments): Promise<void> {
  const options = logOptionsOf(given.values);
  log.configure(options);
  assertConsistent(given);
  const { bookmark: kept, "if-bookmark": read, cid, postgres } = given.values;
  const file = kept === undefined ? undefined : await openBookmarkFile(kept);
  const expected = file ?? (read === undefined ? undefined : { path: read, text: await readBookmark(read) });
  const isPipe = given.command === undefined;
  // The pipe's streamer reads the file as well, on its own.
  if (isPipe && expected !== undefined) await assertUnchangedSince(expected.path, performance.timeOrigin);
  const following = { watcher: progress, keep: bookmarkKeeper(file), aborted };
  log.configure({ ...options, streamer: streamerOf(given.values) });
  interruption.isSending = true;
  progress.begin(isPipe ? "reading stdin" : "starting");
  try {
    await ((cid ?? postgres) === undefined
      ? deliverToEndpoint(given, expected, following)
      : forwardDirectly(given, file, following)
    ).catch((error: unknown) => {
      // The stream itself is invalid; it was found before any of it was sent.
      throw error instanceof PersisterError
        ? new CliError(`${inputOf(given)}: ${error.message}`, exits.refused)
        : error;
    });
    interruption.throwIfAny();
    progress.done(isPipe);
  } finally {
    progress.end();
  }
}

/** The name of a run's streamer in messages, if it is known. */
function streamerOf(values: Values): string | undefined {
  if ((values.cid ?? values.postgres) !== undefined) return undefined;
  return endpointOf(values).streamer;
}

async function deliverToEndpoint(
  given: Arguments,
  expected: ExpectedBookmark | undefined,
  following: Shared,
): Promise<void> {
  const { ports, ...server } = endpointOf(given.values);
  const endpoint = { ...server, ports: interruption.interruptible(ports) };
  if (given.values["full-refresh"] === true) await assertMaySetBookmark(endpoint);
  await deliver({ ...following, source: sourceOf(given, true), endpoint, expected });
}

async function forwardDirectly(
  given: Arguments,
  file: BookmarkFile | undefined,
  following: Shared,
): Promise<void> {
  const source = sourceOf(given, file !== undefined);
  if (source.kind === "command") progress.started(source.isFullRefresh === true ? undefined : file?.text);
  const account = accountOf(given.values);
  const during: Forwarding["during"] = work => interruption.during(work);
  await forward({ ...following, source, account, began: file?.text, during });
}

const inputOf = ({ command }: Arguments) =>
  command === undefined ? "The input on stdin" : `The output of \`${command.join(" ")}\``;

type Shared = Following & { readonly watcher: Progress };

/** Returns a function that writes a committed bookmark to its file, if there is one, and to stdout. */
const bookmarkKeeper = (file: BookmarkFile | undefined) => async (text: string) => {
  try {
    await file?.replace(text);
  } finally {
    progress.print(text);
  }
};

/**
 * Returns stdin, or a command, which `hasBookmarks` if it can start from one. It ends when the run is
 * aborted.
 */
function sourceOf({ values, command }: Arguments, hasBookmarks: boolean): Source {
  if (command === undefined) {
    const output = gunzipIfZipped(stdinUntil(aborted.signal), "The input on stdin");
    return { kind: "pipe", output };
  }
  // Its own lines would be glued to the changing one.
  const onStderr = log.hasLine ? lineWriter(line => terminal.say(line)) : undefined;
  const program = { ...programOf(command, values), onStderr };
  if (values["full-refresh"] !== true)
    return { kind: "command", run: bookmark => runStreamer(program, bookmark, hasBookmarks) };
  // It gets no bookmark, so it needs no flag for one.
  const kept = "The earlier bookmark stays, and a run without --full-refresh resumes from it.";
  const run = () => holdBookmarks(runStreamer({ ...program, kept }, undefined, false), holding);
  return { kind: "command", isFullRefresh: true, run };
}

const holding: HoldOptions = {
  onlyWhile: aborted.signal,
  keyless: stream =>
    progress.warn(
      `The stream "${visible(stream)}" has no keys: its rows are appended again, next to the earlier ones.`,
    ),
  withoutBookmark: () => progress.warn("The streamer printed no bookmark: the earlier one stays."),
};

function runStreamer(program: Program, bookmark: string | undefined, hasBookmarks: boolean) {
  const output = gunzipIfZipped(
    runProgram(program, bookmark, aborted.signal),
    `The output of ${program.file}`,
  );
  if (!hasBookmarks || program.bookmarkArg !== undefined) return output;
  const warn = (message: string) => progress.warn(message);
  return assertNotSingerTap(output, { hasBookmark: bookmark !== undefined, warn });
}

const print = (text: string) => void process.stdout.write(`${text.trimEnd()}\n`);

/** Returns the message to print for an error, and the exit code. */
function cliErrorOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof StreamerFailed) return new CliError(error.message, exits.streamer);
  return new CliError(error instanceof Error ? (error.stack ?? error.message) : String(error), exits.failed);
}

/** Reports the error that ends the process, after a run's totals. People read what a command line lacks. */
function reportEnd({ message, exitCode }: CliError): void {
  progress.end();
  const isOfRun = interruption.isSending && exitCode !== exits.usageError;
  if (isOfRun || log.isJson) return log.write("error", message);
  const text = withoutControls(message);
  terminal.say(terminal.hasLine ? folded(text, terminal.width) : text);
}

const isOfAbort = (error: unknown) => error instanceof Stopped || (error as Error).name === "AbortError";

try {
  await run(process.argv.slice(2)).catch((error: unknown) => {
    if (isOfAbort(error)) interruption.throwIfAny();
    throw error;
  });
} catch (error) {
  const known = cliErrorOf(error);
  reportEnd(known);
  process.exitCode = known.exitCode;
}
