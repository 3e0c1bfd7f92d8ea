import { historyEntriesMax } from "../functions/persister/limits.ts";
import type { Values } from "./arguments.ts";
import { runBookmarkCommand } from "./bookmark.ts";
import { type Outcome, runCheckCommand } from "./check-command.ts";
import { type CliError, usageError } from "./cli-error.ts";
import { deliveriesText, deliveryText } from "./deliveries.ts";
import { type Endpoint, objectOf, type Server, sendRequest } from "./endpoint.ts";
import { historyText } from "./history.ts";
import { queryOf, readStreamers } from "./overview.ts";
import { endpointOf, serverOf } from "./settings.ts";
import { statusText, streamersText, streamerText } from "./status.ts";
import { runSettingsCommand } from "./streamer-settings.ts";
import type { Terminal } from "./terminal.ts";
import { type View, visible } from "./text.ts";
import { runTokenCommand } from "./tokens.ts";
import { didYouMean } from "./words.ts";

/** Runs a command that sends no stream. Resolves to its output: a text is that of success. */
type Command = (values: Values, rest: readonly string[], context: Context) => Promise<string | Outcome>;

interface Context {
  readonly view: View;
  readonly terminal: Terminal;
}

const reported = <S extends Server>(server: S) => ({
  ...server,
  onRetry: (reason: string) => void process.stderr.write(`retrying after: ${visible(reason)}\n`),
});
const endpointWith = (values: Values) => reported(endpointOf(values));
/** All streamers: the streamer of the environment or of persist.json is not meant. */
function serverWith(values: Values): Server {
  const { streamer: _, ...server } = serverOf(values);
  return reported(server);
}

const bookmark: Command = async (values, rest, { view }) => {
  const [action, ...more] = rest;
  if (values.at !== undefined && action !== "set")
    throw usageError("--at is for persist bookmark set VALUE.");
  if (action !== "history") return runBookmarkCommand(() => endpointWith(values), rest, values.at);
  assertNone("persist bookmark history", more);
  const endpoint = endpointWith(values);
  const limit = limitOf(values);
  return values.json === true
    ? textOf(endpoint, `/bookmark/history${queryOf({ limit })}`)
    : historyText(endpoint, limit, view);
};

const deliveries: Command = async (values, [id, ...more], { view }) => {
  assertNone(`persist deliveries ${id}`, more);
  const endpoint = endpointWith(values);
  const limit = limitOf(values);
  if (values.json !== true)
    return id === undefined ? deliveriesText(endpoint, limit, view) : deliveryText(endpoint, id, view);
  return textOf(
    endpoint,
    `/deliveries${id === undefined ? queryOf({ limit }) : `/${encodeURIComponent(id)}`}`,
  );
};

const status: Command = async (values, rest, { view }) => {
  assertNone("persist status", rest, " For one streamer: --streamer NAME.");
  if (values.streamer !== undefined) {
    const endpoint = endpointWith(values);
    return values.json === true ? textOf(endpoint) : streamerText(endpoint, view);
  }
  const streamers = await readStreamers(serverWith(values));
  return values.json === true ? jsonText({ streamers }) : statusText(streamers, view);
};

const streamers: Command = async (values, rest, { view }) => {
  assertNone("persist streamers", rest);
  const rows = await readStreamers(serverWith(values));
  return values.json === true ? jsonText({ streamers: rows }) : streamersText(rows, view);
};

const commands: Readonly<Record<string, Command>> = {
  status,
  streamers,
  deliveries,
  bookmark,
  settings: async (values, rest) => runSettingsCommand(() => endpointWith(values), rest),
  token: async (values, rest, { view }) => {
    const { streamer, ...server } = serverOf(values);
    return runTokenCommand(reported(server), { ...values, streamer }, rest, view);
  },
  check: (values, rest, { terminal }) => runCheckCommand(values, rest, terminal),
};

/** Returns the command that a command line's words name. Throws CliError for an unknown one. */
export function commandOf(words: readonly string[]): Command {
  const [name = ""] = words;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw unknownCommand(words);
  return command;
}

function unknownCommand(words: readonly string[]): CliError {
  const names = Object.keys(commands);
  const advice = didYouMean(words[0]!, names) || " A streamer's own command is given after --.";
  return usageError(
    `Unknown command: ${words.join(" ")}.${advice} The commands are ${names.join(", ")}. See persist --help.`,
  );
}

function assertNone(command: string, words: readonly string[], advice = ""): void {
  if (words.length > 0)
    throw usageError(`${command} takes no argument, and got ${words.join(" ")}.${advice}`);
}

function limitOf({ limit }: Values): number | undefined {
  if (limit === undefined) return undefined;
  const number = Number(limit);
  if (!Number.isInteger(number) || number < 1 || number > historyEntriesMax)
    throw usageError(`--limit is "${limit}": it is a number from 1 to ${historyEntriesMax}.`);
  return number;
}

async function textOf(endpoint: Endpoint, path = ""): Promise<string> {
  const { text } = await sendRequest(endpoint, { method: "GET", path });
  objectOf(text, endpoint);
  return text;
}

const jsonText = (value: unknown) => JSON.stringify(value, undefined, 2);
