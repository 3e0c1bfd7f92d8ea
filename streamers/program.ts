import { readFileSync, realpathSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as z from "zod/mini";
import { bookmarkOf, type FormatName, formats } from "./format.ts";
import { type Bookmark, messages, type Run, type Streamer, Unsettled } from "./streamer.ts";

const exits = { broken: 1, usage: 2 } as const;

/** It was called wrongly: what is wrong, and what to do. */
class Misused extends Error {}

/**
 * Runs a streamer as a program where `module` is what Node was started with: credentials from the
 * environment, a bookmark's file as its only argument, a stitchstream on stdout, its progress on stderr.
 * Exits with 0 once all was read.
 */
export async function program(streamer: Streamer, module: ImportMeta): Promise<void> {
  const started = process.argv[1];
  if (started === undefined || realpathSync(started) !== fileURLToPath(module.url)) return;
  const log = (line: string) => void process.stderr.write(`${streamer.name}: ${line}\n`);
  const run: Run = { log, second: 1_000, timeout: 60_000 };
  try {
    await stream(streamer, process.argv.slice(2), run);
  } catch (error) {
    const isMisuse = error instanceof Misused || error instanceof Unsettled;
    const message = error instanceof Error ? error.message : String(error);
    for (const line of message.split("\n")) run.log(line);
    process.exitCode = isMisuse ? exits.usage : exits.broken;
  }
}

async function stream(streamer: Streamer, args: readonly string[], run: Run): Promise<void> {
  const { help, format, file } = argumentsOf(args);
  if (help) return void process.stdout.write(helpOf(streamer));
  const bookmark = file === undefined ? undefined : bookmarkIn(file);
  const printed = untilFailure(lines(streamer, { format, bookmark, env: process.env }, run));
  await pipeline(Readable.from(printed.lines), process.stdout);
  printed.check();
}

/**
 * The lines before a failure, which must all be printed: `pipeline` drops what waits when its source rejects.
 * `check` throws the failure.
 */
function untilFailure(all: AsyncIterable<string>) {
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

/** A run's stitchstream, line by line. */
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
      throw new Misused(`--format is ${Object.keys(formats).join(", ")}, and not ${format}`);
    if (positionals.length > 1) throw new Misused("at most one argument, the bookmark's file");
    return { help, format: format as FormatName, file: positionals[0] };
  } catch (error) {
    throw error instanceof TypeError ? new Misused(error.message) : error;
  }
}

function bookmarkIn(file: string): Bookmark {
  const text = textIn(file);
  // A shell's `> bookmark` empties the file before the streamer reads it: from the beginning would load
  // everything again, unnoticed.
  if (text === "")
    throw new Misused(
      `${file}: bookmark is empty: delete it to start from the beginning, or use persist --bookmark FILE`,
    );
  try {
    return bookmarkOf(text);
  } catch (error) {
    throw new Misused(`${file} does not hold a bookmark of this streamer: ${(error as Error).message}`);
  }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Misused(`${file} can't be read: ${(error as Error).message}`);
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

prints a stitchstream from the bookmark on, or of all there is. In the environment:

${settings.join("")}
Exit codes: 0 all was read; ${exits.broken} something was not read, and what was printed is valid;
${exits.usage} it was called wrongly.
`;
}
