import { addAbortSignal } from "node:stream";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { PersisterError } from "../functions/persister/errors.ts";
import { Stopped, StreamerFailed } from "../functions/persister/streaming.ts";
import {
  endMilliseconds as outputEndMilliseconds,
  outputOf,
  type Program,
} from "../functions/program/output.ts";
import { check } from "./check.ts";
import { forward } from "./direct.ts";
import { exits } from "./endpoint.ts";
import { bookmark, deliveries, standing, untilFree } from "./look.ts";
import { Progress } from "./progress.ts";
import { send } from "./send.ts";
import { accountOf, endpointOf, usage } from "./settings.ts";
import { Told } from "./told.ts";
import { unzipped } from "./unzipped.ts";

const help = `persist sends what a streamer prints to a Persister endpoint, and prints each bookmark once it is committed.

  streamer | persist --endpoint URL --streamer NAME
  persist --endpoint URL --streamer NAME -- command arguments…

The second line runs the streamer from the last committed bookmark: a file that holds it is its last argument, or that of
--bookmark-arg=ARG (--state is short for \`--bookmark-arg=--state\`, as Singer's taps want it); without a bookmark there is none.

  streamer | persist -C CLIENT_ID -T TOKEN

forwards straight to the Import API, with no endpoint: nothing is archived, and no bookmark is kept but what is printed; a command behind --
is run from the beginning. -T shows the token
to all who list processes: STITCH_TOKEN does not.

  persist bookmark get | set VALUE | forget | history
  persist deliveries
  persist check FILE                 checks a stitchstream and sends nothing

  --endpoint URL      PERSIST_ENDPOINT    without /v1
  --streamer NAME     PERSIST_STREAMER
                      PERSIST_TOKEN       the token
  -C CLIENT_ID                            the Import API's
  -T TOKEN            STITCH_TOKEN
                      IMPORT_API_URL      if it is another than https://api.stitchdata.com
Flags come before the environment, and that before {"endpoint","streamer","token"} in ./persist.json.

What was committed stays committed: run it again and it goes on from there.
Exit codes: 0 all is committed; 1 something broke; 2 it was called wrongly; 3 the stream was refused, as the message says where;
4 the token was; 5 the endpoint can't be reached, or is in trouble; 6 the streamer failed.
`;

// What it makes is of no use a moment later: a young generation that grows only lets 10 MB and more of it lie about.
setFlagsFromString("--semi-space-growth-factor=1");

const option = { type: "string" } as const;
/** Aborted once no more of the stream is wanted. */
const givenUp = new AbortController();

async function run(args: readonly string[]): Promise<void> {
  const end = args.indexOf("--");
  const [own, command] = end === -1 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const { values, positionals } = parsed(own);
  if (values.help === true) return void process.stdout.write(help);
  const [action, ...rest] = positionals;
  if (action === "check") {
    if (rest[0] === undefined) throw usage("persist check FILE: a stitchstream, gzipped or not.");
    return say(await check(rest[0]));
  }
  if (action === "bookmark") return say(await bookmark(endpointOf(values), rest));
  if (action === "deliveries") return say(await deliveries(endpointOf(values)));
  if (action !== undefined) throw usage(`${action}? persist --help says what there is.`);
  const progress = new Progress();
  const streamer = end === -1 ? undefined : programOf(command, values);
  try {
    if (values.C !== undefined) await forwardAll(values, streamer, progress);
    else await deliver(values, streamer, progress);
  } finally {
    progress.end();
  }
}

async function deliver(values: Values, streamer: Program | undefined, watcher: Progress): Promise<void> {
  const endpoint = endpointOf(values);
  await untilFree(endpoint, watcher);
  const { etag, bookmark: last } = await standing(endpoint, reason => watcher.retrying(reason));
  await send(sourceOf(streamer, last, givenUp.signal), endpoint, etag, { watcher, givenUp });
}

async function forwardAll(values: Values, streamer: Program | undefined, watcher: Progress): Promise<void> {
  const account = accountOf(values);
  await forward(sourceOf(streamer, undefined, givenUp.signal), account, { watcher, givenUp });
}

/** What the streamer prints from the bookmark on, or what comes on stdin. It ends once it is given up. */
const sourceOf = (
  streamer: Program | undefined,
  last: string | undefined,
  givenUp: AbortSignal,
): AsyncIterable<Uint8Array> =>
  streamer === undefined
    ? unzipped(addAbortSignal(givenUp, process.stdin), "What came on stdin")
    : outputOf(streamer, last, givenUp);

type Values = ReturnType<typeof parsed>["values"];

const say = (text: string) => void process.stdout.write(`${text.trimEnd()}\n`);

/** The streamer's command. It sees our environment, but no token of ours. */
function programOf([file, ...args]: readonly string[], { state, "bookmark-arg": arg }: Values): Program {
  if (file === undefined) throw usage("Behind -- comes the streamer's command.");
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

/** Ends the streamer first, so that it does not outlive us. */
function interrupt(): void {
  givenUp.abort();
  const hasStreamer = process.argv.includes("--");
  setTimeout(() => process.exit(exits.failed), hasStreamer ? outputEndMilliseconds + 500 : 0).unref();
}
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, interrupt);
// Whoever read our bookmarks has left, such as `head -1`.
process.stdout.on("error", interrupt);
run(process.argv.slice(2)).catch((error: unknown) => {
  const { message, exitCode } = ended(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
});

function ended(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof Told) return error;
  if (givenUp.signal.aborted && isOfAbort(error))
    return {
      message: "Interrupted. What was committed stays so: run it again and it goes on from there.",
      exitCode: exits.failed,
    };
  if (error instanceof StreamerFailed) return { message: error.message, exitCode: exits.streamer };
  // What is wrong with the stream itself, before any of it is sent.
  if (error instanceof PersisterError) return { message: error.message, exitCode: exits.refused };
  return {
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    exitCode: exits.failed,
  };
}

const isOfAbort = (error: unknown) => error instanceof Stopped || (error as Error).name === "AbortError";
