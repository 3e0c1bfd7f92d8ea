import { readFileSync, realpathSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as z from "zod/mini";
import { bookmarkOf, type FormatName, formats } from "./format.ts";
import { type Bookmark, ConfigError, messages, type Run, type Streamer } from "./streamer.ts";

const exits = { broken: 1, usage: 2 } as const;

/** The command line is wrong; the message says how to fix it. */
class UsageError extends Error {}

/**
 * Runs a streamer as a program if `module` is Node's main module: credentials from the environment, a
 * bookmark's file as the only argument, a stitchstream on stdout, progress on stderr. Exits with 0 if
 * everything was read.
 */
export async function program(streamer: Streamer, module: ImportMeta): Promise<void> {
  const started = process.argv[1];
  if (started === undefined || realpathSync(started) !== fileURLToPath(module.url)) return;
  const log = (line: string) => void process.stderr.write(`${streamer.name}: ${line}\n`);
  const run: Run = { log, second: 1_000, timeout: 60_000 };
  try {
    await stream(streamer, process.argv.slice(2), run);
  } catch (error) {
    const isMisuse = error instanceof UsageError || error instanceof ConfigError;
    const message = error instanceof Error ? error.message : String(error);
    for (const line of message.split("\n")) run.log(line);
    process.exitCode = isMisuse ? exits.usage : exits.broken;
  }
}

async function stream(streamer: Streamer, args: readonly string[], run: Run): Promise<void> {
  const { help, format, file } = argumentsOf(args);
  if (help) return void process.stdout.write(helpOf(streamer));
  const bookmark = file === undefined ? undefined : readBookmark(file);
  const printed = holdFailure(lines(streamer, { format, bookmark, env: process.env }, run));
  await pipeline(Readable.from(printed.lines), process.stdout);
  printed.check();
}

/**
 * Yields the lines before a failure and ends, because `pipeline` drops lines that wait when its source
 * rejects. `check` throws the failure.
 */
function holdFailure(all: AsyncIterable<string>) {
  let failure: { readonly error: unknown } | undefined;
  return {
    check() {
      if (failure !== undefined) throw failure.error;
    },
    lines: (async function* () {
      try {
        yield* all;
      } catch (error) {
        failure = { error };
      }
    })(),
  };
}

/** Yields a run's stitchstream, line by line. */
export async function* lines(
  streamer: Streamer,
  from: { format: FormatName; bookmark: Bookmark | undefined; env: NodeJS.ProcessEnv },
  run: Run,
): AsyncGenerator<string> {
  const { header, line } = formats[from.format];
  const sources = streamer.sources(from.env, run);
  yield header;
  for await (const message of messages(sources, from.bookmark, run)) yield line(message);
}

function argumentsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" }, format: { type: "string", default: "jsonline" } },
    });
    const { help = false, format } = values;
    if (!Object.hasOwn(formats, format))
      throw new UsageError(`--format must be one of ${Object.keys(formats).join(", ")}, not ${format}`);
    if (positionals.length > 1) throw new UsageError("give at most one argument, the bookmark's file");
    return { help, format: format as FormatName, file: positionals[0] };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

function readBookmark(file: string): Bookmark {
  const text = readText(file);
  // A shell's `> bookmark` empties the file before the streamer reads it. Starting from the beginning would
  // load everything again, unnoticed.
  if (text === "")
    throw new UsageError(
      `${file}: bookmark is empty: delete it to start from the beginning, or use persist --bookmark FILE`,
    );
  try {
    return bookmarkOf(text);
  } catch (error) {
    throw new UsageError(`${file} does not hold a bookmark of this streamer: ${(error as Error).message}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${(error as Error).message}`);
  }
}

function helpOf({ name, about, environment }: Streamer): string {
  const { properties = {}, required = [] } = z.toJSONSchema(environment, { io: "input" });
  const settings = Object.entries(properties).map(([setting, schema]) => {
    const { description = "" } = schema as { description?: string };
    return `  ${setting.padEnd(24)}${description}${required.includes(setting) ? "" : " (optional)"}\n`;
  });
  return `${about}

  node ${name}.mjs [--format ${Object.keys(formats).join("|")}] [BOOKMARK_FILE]

prints a stitchstream that starts from the bookmark, or from the beginning. In the environment:

${settings.join("")}
Exit codes: 0 everything was read; ${exits.broken} something was not read, but the output is valid;
${exits.usage} the command line or the environment is wrong.
`;
}
