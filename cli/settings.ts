import { readFileSync } from "node:fs";
import * as z from "zod";
import { streamerNameParameter } from "../functions/http/parameters.ts";
import { addressOf } from "../functions/postgres/address.ts";
import type { DatabaseAccount } from "../functions/postgres/destination.ts";
import { usageError } from "./cli-error.ts";
import type { Endpoint } from "./endpoint.ts";
import { systemPorts } from "./ports.ts";

/** Where a run without an endpoint writes. */
export type Account = ImportApiAccount | DatabaseAccount;

/** An Import API account, and that API's URL. */
interface ImportApiAccount {
  readonly clientId: number;
  readonly token: string;
  readonly url: string;
}

const fileName = "persist.json";
const fileSchema = z.strictObject({
  endpoint: z.string().optional(),
  streamer: z.string().optional(),
  token: z.string().optional(),
});

/**
 * Returns the endpoint of a run from flags, else the environment, else `persist.json`. Throws CliError for a
 * missing or invalid setting.
 */
export function endpointOf(flags: { readonly endpoint?: string; readonly streamer?: string }): Endpoint {
  const file = readFile();
  const { PERSIST_ENDPOINT, PERSIST_STREAMER, PERSIST_TOKEN } = process.env;
  const url = flags.endpoint ?? (PERSIST_ENDPOINT || file.endpoint);
  const streamer = flags.streamer ?? (PERSIST_STREAMER || file.streamer);
  const token = PERSIST_TOKEN || file.token;
  if (url === undefined || !/^https?:/.test(url) || !URL.canParse(url))
    throw usageError("--endpoint is required: the URL, https://…, or set PERSIST_ENDPOINT.");
  if (streamer === undefined || !streamerNameParameter.safeParse(streamer).success)
    throw usageError(
      "--streamer is required: a name of lowercase letters, digits, _ and -, or set PERSIST_STREAMER.",
    );
  if (token === undefined || token === "")
    throw usageError(
      "PERSIST_TOKEN is required: the endpoint's token. A flag would show it in process lists.",
    );
  if (!/^[\x21-\x7e]+$/.test(token))
    throw usageError(
      "The token contains a space, a line end or another character that no token has: set it again.",
    );
  return { url: url.replace(/(\/v1)?\/*$/, ""), streamer, token, ports: systemPorts };
}

/** Returns the account for a run without an endpoint. Throws CliError. */
export const accountOf = ({ postgres, ...flags }: AccountFlags): Account =>
  postgres === undefined ? importApiAccount(flags) : databaseAccount(postgres);

interface AccountFlags {
  readonly cid?: string;
  readonly token?: string;
  readonly postgres?: string;
}

function databaseAccount(url: string): DatabaseAccount {
  const { POSTGRES_SCHEMA, POSTGRES_ON_SCHEMA_CHANGE } = process.env;
  const onSchemaChange = POSTGRES_ON_SCHEMA_CHANGE || "evolve";
  if (onSchemaChange !== "evolve" && onSchemaChange !== "freeze")
    throw usageError("POSTGRES_ON_SCHEMA_CHANGE is evolve or freeze.");
  try {
    addressOf(url);
  } catch (error) {
    throw usageError(`--postgres is not a database's URL: ${(error as Error).message}.`);
  }
  return { url, schema: POSTGRES_SCHEMA || "public", onSchemaChange };
}

function importApiAccount(flags: AccountFlags): ImportApiAccount {
  const { STITCH_TOKEN, IMPORT_API_URL = "https://api.stitchdata.com" } = process.env;
  const clientId = Number(flags.cid);
  const token = flags.token ?? STITCH_TOKEN;
  if (!Number.isSafeInteger(clientId) || clientId <= 0)
    throw usageError("-C, or --cid, must be the client's id, a number.");
  if (token === undefined || token === "")
    throw usageError("-T, or --token, is required: the access token, or set STITCH_TOKEN.");
  if (!URL.canParse(IMPORT_API_URL)) throw usageError("IMPORT_API_URL is not a valid URL.");
  return { clientId, token, url: IMPORT_API_URL };
}

function readFile(): z.infer<typeof fileSchema> {
  let text: string;
  try {
    text = readFileSync(fileName, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return {};
    throw usageError(`${fileName} can't be read: ${code}.`);
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    throw usageError(`${fileName} is not {"endpoint":"…","streamer":"…","token":"…"}.`);
  }
}
