import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { streamerNameParameter } from "../../functions/http/parameters.ts";
import type { Scope } from "../../functions/persister/ports.ts";
import { readSettings } from "../local/settings.ts";
import { placeFile, placeSchema } from "../local/stack-file.ts";
import { failClearly, Told } from "../run-command.ts";
import { createToken, isLive, listTokens, type Place, revokeToken } from "./tokens.ts";

const usage = `npm run token -- create --streamer <name or *> --scope write,read,admin [--expires 90d]
npm run token -- list
npm run token -- revoke <id>

It works on the local stack that runs on DATA_DIR; for one in AWS set TABLE_NAME and AWS_REGION.`;
const dayMilliseconds = 86_400_000;

const scopesSchema = z.array(z.enum(["write", "read", "admin"])).min(1);

failClearly(() =>
  run().catch((error: { readonly code?: string }) => {
    // What a stack that was killed has left says where it was.
    throw error.code === "ECONNREFUSED"
      ? new Told("The table does not answer. Does the stack run? npm start.")
      : error;
  }),
);

async function run(): Promise<void> {
  // The SDK says at each start that its next year's versions want Node 22; ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const { positionals, values } = argumentsOf(process.argv.slice(2));
  const [command, id] = positionals;
  if (command === "create") return create(values);
  if (command === "list") return list();
  if (command === "revoke" && id !== undefined) return revoke(id);
  throw new Told(usage);
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
    throw new Told(`${(error as Error).message}\n\n${usage}`);
  }
}

async function create({ streamer = "", scope = "", expires }: Record<string, string | undefined>) {
  if (streamer !== "*" && !streamerNameParameter.safeParse(streamer).success)
    throw new Told("--streamer is a streamer's name, or '*' for all.");
  const scopes = scopesSchema.safeParse(scope.split(","));
  if (!scopes.success) throw new Told("--scope is one or several of write, read and admin, with commas.");
  const validUntil = expires === undefined ? undefined : Date.now() + daysOf(expires) * dayMilliseconds;
  const asked = { streamer, scopes: [...new Set<Scope>(scopes.data)], validUntil };
  const { id: made, token } = await createToken(asked, await place());
  console.log(`The token ${made}, shown this once:\n\n  ${token}\n`);
}

function daysOf(text: string): number {
  const days = Number(/^(\d{1,5})d$/.exec(text)?.[1] ?? 0);
  if (days === 0) throw new Told("--expires is a number of days, such as 90d.");
  return days;
}

async function list() {
  const tokens = await listTokens(await place());
  console.table(
    tokens.map(token => ({
      id: token.id,
      streamer: token.streamer,
      scopes: token.scopes.join(","),
      created: dayOf(token.createdAt),
      ends: token.validUntil === undefined ? "never" : dayOf(token.validUntil),
      "last used": token.usedOn ?? "never",
      live: isLive(token),
    })),
  );
}

const dayOf = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10);

async function revoke(id: string) {
  await revokeToken(id, await place());
  console.log(`The token ${id} is revoked.`);
}

/** The table in AWS that the environment names, or that of the local stack. */
async function place(): Promise<Place> {
  const { TABLE_NAME, AWS_REGION = "us-east-1", AWS_ENDPOINT_URL_DYNAMODB } = process.env;
  if (TABLE_NAME !== undefined) {
    const endpoint = AWS_ENDPOINT_URL_DYNAMODB && { endpoint: AWS_ENDPOINT_URL_DYNAMODB };
    return { client: dynamoClient({ region: AWS_REGION, ...endpoint }), table: TABLE_NAME };
  }
  const { dataDir } = readSettings(process.env);
  const text = await readFile(join(dataDir, placeFile), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new Told(`No local stack runs on ${dataDir}: npm start. For one in AWS set TABLE_NAME.`);
  });
  const { dynamodb, table, region } = placeSchema.parse(JSON.parse(text));
  return { client: dynamoClient({ region, endpoint: dynamodb }), table };
}
