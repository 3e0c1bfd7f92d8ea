import { addAbortSignal } from "node:stream";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { PersisterError } from "../functions/persister/errors.ts";
import { Stopped, StreamerFailed } from "../functions/persister/streaming.ts";
import { outputOf, type Program } from "../functions/program/output.ts";
import { check } from "./check.ts";
import { forward } from "./direct.ts";
import { exits } from "./endpoint.ts";
import { help } from "./help.ts";
import { Interruption } from "./interruption.ts";
import { bookmark, deliveries, standing, untilFree } from "./look.ts";
import { Progress } from "./progress.ts";
import { send } from "./send.ts";
import { accountOf, endpointOf, usage } from "./settings.ts";
import { Told } from "./told.ts";
import { unzipped } from "./unzipped.ts";

// What it makes is of no use a moment later: a young generation that grows only lets 10 MB and more of it lie about.
setFlagsFromString("--semi-space-growth-factor=1");

const option = { type: "string" } as const;
const progress = new Progress();
const interruption = new Interruption(() => progress.interrupted());
const { givenUp } = interruption;

async function run(args: readonly string[]): Promise<void> {
  const end = args.indexOf("--");
  const [own, command] = end === -1 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const { values, positionals } = parsed(own);
  if (values.help === true) return void process.stdout.write(help);
  const [action, ...rest] = positionals;
  if (action === "check") {
    if (rest[0] === undefined || rest.length > 1)
      throw usage("persist check FILE: one stitchstream, gzipped or not.");
    return say(await check(rest[0]));
  }
  if (action === "bookmark") return say(await bookmark(endpointOf(values), rest));
  if (action === "deliveries" && rest.length === 0) return say(await deliveries(endpointOf(values)));
  if (action !== undefined) throw usage(`${positionals.join(" ")}? persist --help says what there is.`);
  if (end === -1 && (values.state === true || values["bookmark-arg"] !== undefined))
    throw usage("--state and --bookmark-arg are for a streamer that is run: -- command arguments…");
  if (values.C !== undefined && values.endpoint !== undefined)
    throw usage("To an endpoint, or with -C straight to the Import API: not both.");
  const streamer = end === -1 ? undefined : programOf(command, values);
  interruption.isSending = true;
  try {
    if (values.C !== undefined) await forwardAll(values, streamer);
    else await deliver(values, streamer);
    interruption.throwIfAny();
    progress.whole();
  } finally {
    progress.end();
  }
}

async function deliver(values: Values, streamer: Program | undefined): Promise<void> {
  const endpoint = endpointOf(values);
  await untilFree(endpoint, progress);
  const { etag, bookmark: last } = await standing(endpoint, {
    onRetry: reason => progress.retrying(reason),
  });
  await send(sourceOf(streamer, last), endpoint, etag, { watcher: progress, givenUp });
}

async function forwardAll(values: Values, streamer: Program | undefined): Promise<void> {
  const account = accountOf(values);
  await forward(sourceOf(streamer, undefined), account, { watcher: progress, givenUp });
}

/** What the streamer prints from the bookmark on, or what comes on stdin. It ends once it is given up. */
function sourceOf(streamer: Program | undefined, last: string | undefined): AsyncIterable<Uint8Array> {
  return streamer === undefined
    ? unzipped(addAbortSignal(givenUp.signal, process.stdin), "What came on stdin")
    : unzipped(outputOf(streamer, last, givenUp.signal), `What ${streamer.file} printed`);
}

type Values = ReturnType<typeof parsed>["values"];

const say = (text: string) => void process.stdout.write(`${text.trimEnd()}\n`);

/** The streamer's command. It sees our environment, but no token of ours. */
function programOf([file, ...args]: readonly string[], { state, "bookmark-arg": arg }: Values): Program {
  if (file === undefined || file === "") throw usage("Behind -- comes the streamer's command.");
  const { PERSIST_TOKEN: _, STITCH_TOKEN: __, ...env } = process.env;
  return { file, args, bookmarkArg: state === true ? "--state" : arg, env };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        endpoint: option,
        streamer: option,
        "bookmark-arg": option,
        state: { type: "boolean" },
        C: { type: "string", short: "C" },
        T: { type: "string", short: "T" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw usage(`${(error as Error).message}. persist --help says what there is.`);
  }
}

/** What is said of an error, and the exit code. */
function toldOf(error: unknown): Told {
  if (error instanceof Told) return error;
  if (error instanceof StreamerFailed) return new Told(error.message, exits.streamer);
  // What is wrong with the stream itself, before any of it is sent.
  if (error instanceof PersisterError) return new Told(error.message, exits.refused);
  return new Told(error instanceof Error ? (error.stack ?? error.message) : String(error), exits.failed);
}

const isOfAbort = (error: unknown) => error instanceof Stopped || (error as Error).name === "AbortError";

try {
  await run(process.argv.slice(2)).catch((error: unknown) => {
    if (isOfAbort(error)) interruption.throwIfAny();
    throw error;
  });
} catch (error) {
  const { message, exitCode } = toldOf(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}
