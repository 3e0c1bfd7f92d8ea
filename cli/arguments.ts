import { parseArgs } from "node:util";
import type { Program } from "../functions/program/output.ts";
import { type CliError, usageError } from "./cli-error.ts";
import type { LogOptions } from "./log.ts";
import { didYouMean } from "./words.ts";

const text = { type: "string" } as const;

/** A parsed command line. */
export interface Arguments {
  readonly values: Values;
  readonly positionals: readonly string[];
  /** The words after `--`; undefined without a `--`. */
  readonly command: readonly string[] | undefined;
}

export type Values = ReturnType<typeof parseFlags>["values"];

function stateFileError({ cid, postgres }: Pick<Values, "cid" | "postgres">) {
  const hint =
    (cid ?? postgres) === undefined ? "the endpoint keeps the state" : "give it as --bookmark FILE";
  return usageError(`--state takes no file here: ${hint}.`);
}

/** Parses a command line. Throws CliError for an unknown flag or a file after `--state`. */
export function argumentsOf(args: readonly string[]): Arguments {
  const end = args.indexOf("--");
  const { values, positionals } = parseFlags(end === -1 ? args : args.slice(0, end));
  if (values.state === true && positionals.length > 0) throw stateFileError(values);
  return { values, positionals, command: end === -1 ? undefined : args.slice(end + 1) };
}

/** Throws CliError for flags that contradict each other. */
export function assertConsistent({ values, command }: Arguments): void {
  const {
    cid,
    postgres,
    endpoint,
    token,
    state,
    bookmark,
    "bookmark-arg": bookmarkArg,
    "if-bookmark": ifBookmark,
  } = values;
  if (command === undefined && (state === true || bookmarkArg !== undefined))
    throw usageError("--state and --bookmark-arg need a streamer to run: -- command arguments…");
  if (values["full-refresh"] === true && command === undefined)
    throw usageError("--full-refresh needs a streamer to run: -- command arguments…");
  if (state === true && bookmarkArg !== undefined)
    throw usageError("Use --state or --bookmark-arg, not both.");
  if ([cid, postgres, endpoint].filter(each => each !== undefined).length > 1)
    throw usageError("Use one of --endpoint, -C and --postgres.");
  if (cid === undefined && token !== undefined)
    throw usageError("-T is the Import API's token, for -C. Set the endpoint's token as PERSIST_TOKEN.");
  if ((cid ?? postgres) !== undefined && ifBookmark !== undefined)
    throw usageError(
      `--if-bookmark needs an endpoint: with ${cid === undefined ? "--postgres" : "-C"}, ` +
        "--bookmark FILE holds the only bookmark.",
    );
  if (bookmark !== undefined && ifBookmark !== undefined)
    throw usageError("--bookmark FILE implies --if-bookmark FILE: give one of them.");
}

/**
 * Returns the streamer's command, with our environment but not our tokens. Throws CliError without a
 * command.
 */
export function programOf([file, ...args]: readonly string[], values: Values): Program {
  if (file === undefined || file === "") throw usageError("Give the streamer's command after --.");
  const { PERSIST_TOKEN: _, STITCH_TOKEN: __, PGPASSWORD: ___, ...env } = process.env;
  return { file, args, bookmarkArg: values.state === true ? "--state" : values["bookmark-arg"], env };
}

/** Returns how a run reports. Throws CliError. */
export function logOptionsOf({ quiet: isQuiet, "log-format": format }: Values): LogOptions {
  if (format !== undefined && format !== "text" && format !== "json")
    throw usageError(`--log-format is "${format}": it is text or json.`);
  return { isQuiet, format };
}

const options = {
  endpoint: text,
  streamer: text,
  bookmark: text,
  "if-bookmark": text,
  "bookmark-arg": text,
  state: { type: "boolean" },
  cid: { type: "string", short: "C" },
  token: { type: "string", short: "T" },
  postgres: text,
  scope: text,
  expires: text,
  json: { type: "boolean" },
  limit: text,
  at: text,
  "full-refresh": { type: "boolean" },
  annotations: { type: "boolean" },
  quiet: { type: "boolean", short: "q" },
  "log-format": text,
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    if (args.some(arg => arg.startsWith("--state="))) throw stateFileError({});
    throw flagError(error as NodeJS.ErrnoException);
  }
}

const dryRuns = ["--dry-run", "--dryrun", "--check", "--validate"];

/** Returns the error for an argument that Node refuses, without its advice to quote the argument. */
function flagError({ code, message }: NodeJS.ErrnoException): CliError {
  const flag = /'(-[^' ]*)/.exec(message)?.[1] ?? "";
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION")
    return usageError(`${message.split(/[.\n]/)[0]}. See persist --help.`);
  if (dryRuns.includes(flag))
    return usageError(`There is no ${flag}: persist check FILE checks a stitchstream and sends nothing.`);
  const flags = Object.keys(options).map(name => `--${name}`);
  return usageError(`There is no flag ${flag}.${didYouMean(flag, flags)} See persist --help.`);
}
