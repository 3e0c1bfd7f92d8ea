import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { streamerNameParameter } from "../../functions/http/parameters.ts";
import type { Scope } from "../../functions/persister/ports.ts";
import { commands } from "../local/commands.ts";
import { readSettings } from "../local/settings.ts";
import { stackFileName, stackFileSchema } from "../local/stack-file.ts";
import { CommandError, runCommand } from "../run-command.ts";
import { createToken, listTokens, revokeToken, type TokenTable } from "./tokens.ts";

const usage = `${commands.tokenWith}create --streamer <name or *> --scope write,read,admin [--expires 90d]
${commands.tokenWith}list
${commands.tokenWith}revoke <id>

It uses the local stack that runs on DATA_DIR. For a stack in AWS, set TABLE_NAME and AWS_REGION.`;
const dayMilliseconds = 86_400_000;

const scopesSchema = z.array(z.enum(["write", "read", "admin"])).min(1);

runCommand(() =>
  run().catch((error: { readonly code?: string }) => {
    // A stack that was killed has left its file.
    throw error.code === "ECONNREFUSED"
      ? new CommandError(`The table does not answer. Is the stack running? Start it: ${commands.up}.`)
      : error;
  }),
);

async function run(): Promise<void> {
  // The SDK warns at each start that its future versions require Node 22; ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const { positionals, values } = argumentsOf(process.argv.slice(2));
  const [command, id] = positionals;
  if (command === "create") return create(values);
  if (command === "list") return list();
  if (command === "revoke" && id !== undefined) return revoke(id);
  throw new CommandError(usage);
}

function argumentsOf(args: string[]) {
  const option = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { streamer: option, scope: option, expires: option },
    });
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${usage}`);
  }
}

async function create({ streamer = "", scope = "", expires }: Record<string, string | undefined>) {
  if (streamer !== "*" && !streamerNameParameter.safeParse(streamer).success)
    throw new CommandError("--streamer must be a streamer's name, or '*' for all.");
  const scopes = scopesSchema.safeParse(scope.split(","));
  if (!scopes.success)
    throw new CommandError("--scope must be one or more of write, read and admin, separated by commas.");
  const validUntil = expires === undefined ? undefined : Date.now() + daysOf(expires) * dayMilliseconds;
  const grant = { streamer, scopes: [...new Set<Scope>(scopes.data)], validUntil };
  const { id, token } = await createToken(grant, await tokenTable());
  console.log(`The token ${id}, which is shown only once:\n\n  ${token}\n`);
}

function daysOf(text: string): number {
  const days = Number(/^(\d{1,5})d$/.exec(text)?.[1] ?? 0);
  if (days === 0) throw new CommandError("--expires must be a number of days, such as 90d.");
  return days;
}

async function list() {
  const tokens = await listTokens(await tokenTable());
  if (tokens.length === 0) return console.log("There is no token.");
  console.table(
    tokens.map(token => ({
      id: token.id,
      streamer: token.streamer,
      scopes: token.scopes.join(","),
      created: dayOf(token.createdAt),
      expires: token.validUntil === undefined ? "never" : dayOf(token.validUntil),
      "last used": token.usedOn ?? "never",
      live: token.isLive,
    })),
  );
}

const dayOf = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10);

async function revoke(id: string) {
  await revokeToken(id, await tokenTable());
  console.log(`The token ${id} is revoked.`);
}

/** Returns the table in AWS that the environment names, or the local stack's. */
async function tokenTable(): Promise<TokenTable> {
  const { TABLE_NAME, AWS_REGION = "us-east-1", AWS_ENDPOINT_URL_DYNAMODB } = process.env;
  if (TABLE_NAME !== undefined) {
    const endpoint = AWS_ENDPOINT_URL_DYNAMODB && { endpoint: AWS_ENDPOINT_URL_DYNAMODB };
    return { client: dynamoClient({ region: AWS_REGION, ...endpoint }), table: TABLE_NAME };
  }
  const { dataDir } = readSettings(process.env);
  const text = await readFile(join(dataDir, stackFileName), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new CommandError(
      `No local stack runs on ${dataDir}. Start one: ${commands.up}. For a stack in AWS, set TABLE_NAME.`,
    );
  });
  const { dynamodb, table, region } = stackFileSchema.parse(JSON.parse(text));
  return { client: dynamoClient({ region, endpoint: dynamodb }), table };
}
