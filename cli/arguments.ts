import { parseArgs } from "node:util";
import type { Program } from "../functions/program/output.ts";
import { usage } from "./cli-error.ts";

const text = { type: "string" } as const;

/** The command line, taken apart. */
export interface Arguments {
  readonly values: Values;
  readonly positionals: readonly string[];
  /** What is behind `--`; undefined without one. */
  readonly command: readonly string[] | undefined;
}

export type Values = ReturnType<typeof parse>["values"];

const stateTakesNoFile = (values: Pick<Values, "cid">) =>
  usage(
    `--state takes no file here: ${values.cid === undefined ? "the endpoint keeps the state" : "give it as --bookmark FILE"}.`,
  );

/** Takes a command line apart. Throws CliError for one that contradicts itself. */
export function argumentsOf(args: readonly string[]): Arguments {
  const end = args.indexOf("--");
  const { values, positionals } = parse(end === -1 ? args : args.slice(0, end));
  if (values.state === true && positionals.length > 0) throw stateTakesNoFile(values);
  return { values, positionals, command: end === -1 ? undefined : args.slice(end + 1) };
}

/** Throws CliError for flags that say nothing together. */
export function assertConsistent({ values, command }: Arguments): void {
  const {
    cid,
    endpoint,
    token,
    state,
    bookmark,
    "bookmark-arg": bookmarkArg,
    "if-bookmark": ifBookmark,
  } = values;
  if (command === undefined && (state === true || bookmarkArg !== undefined))
    throw usage("--state and --bookmark-arg are for a streamer that is run: -- command arguments…");
  if (state === true && bookmarkArg !== undefined) throw usage("--state or --bookmark-arg: not both.");
  if (cid !== undefined && endpoint !== undefined)
    throw usage("To an endpoint, or with -C straight to the Import API: not both.");
  if (cid === undefined && token !== undefined)
    throw usage("-T is the Import API's token, for -C. An endpoint's is set as PERSIST_TOKEN.");
  if (cid !== undefined && ifBookmark !== undefined)
    throw usage("--if-bookmark is for an endpoint: with -C there is no other bookmark than --bookmark FILE.");
  if (bookmark !== undefined && ifBookmark !== undefined)
    throw usage("--bookmark FILE compares as --if-bookmark FILE does: give one of them.");
}

/** The streamer's command. It gets our environment without our tokens. Throws CliError if there is no command. */
export function programOf([file, ...args]: readonly string[], values: Values): Program {
  if (file === undefined || file === "") throw usage("Behind -- comes the streamer's command.");
  const { PERSIST_TOKEN: _, STITCH_TOKEN: __, ...env } = process.env;
  return { file, args, bookmarkArg: values.state === true ? "--state" : values["bookmark-arg"], env };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        endpoint: text,
        streamer: text,
        bookmark: text,
        "if-bookmark": text,
        "bookmark-arg": text,
        state: { type: "boolean" },
        cid: { type: "string", short: "C" },
        token: { type: "string", short: "T" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    if (args.some(arg => arg.startsWith("--state="))) throw stateTakesNoFile({});
    throw usage(`${(error as Error).message}. persist --help says what there is.`);
  }
}
