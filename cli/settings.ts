import { readFileSync } from "node:fs";
import * as z from "zod";
import { streamerNameParameter } from "../functions/http/parameters.ts";
import { addressOf } from "../functions/postgres/address.ts";
import type { DatabaseAccount } from "../functions/postgres/destination.ts";
import { usageError } from "./cli-error.ts";
import type { Endpoint, Server } from "./endpoint.ts";
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

interface EndpointFlags {
  readonly endpoint?: string;
  readonly streamer?: string;
}

/**
 * Returns the endpoint of a run from flags, else the environment, else `persist.json`. Throws CliError for a
 * missing or invalid setting.
 */
export function endpointOf(flags: EndpointFlags): Endpoint {
  const { streamer, ...server } = serverOf(flags);
  if (streamer === undefined || streamer === "*")
    throw usageError("--streamer is required: the streamer's name, or set PERSIST_STREAMER.");
  return { ...server, streamer };
}

/** Returns the same without requiring a streamer, which may be `*` here. */
export function serverOf(flags: EndpointFlags): Server & Partial<Endpoint> {
  const file = readFile();
  const { PERSIST_ENDPOINT, PERSIST_STREAMER, PERSIST_TOKEN } = process.env;
  const url = flags.endpoint ?? (PERSIST_ENDPOINT || file.endpoint);
  const streamer = flags.streamer ?? (PERSIST_STREAMER || file.streamer);
  const token = PERSIST_TOKEN || file.token;
  if (url === undefined || url === "")
    throw usageError("--endpoint is required: the URL, https://…, or set PERSIST_ENDPOINT.");
  assertUrl(url);
  if (streamer !== undefined && streamer !== "*") assertStreamer(streamer);
  if (token === undefined || token === "")
    throw usageError(
      "PERSIST_TOKEN is required: the endpoint's token. A flag would show it in process lists.",
    );
  if (!/^[\x21-\x7e]+$/.test(token))
    throw usageError(
      "The token contains a space, a line end or another character that no token has: set it again.",
    );
  const server = { url: url.replace(/(\/v1)?\/*$/, ""), token, ports: systemPorts };
  return streamer === undefined ? server : { ...server, streamer };
}

function assertUrl(url: string): void {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return;
  const completed = `${/^(localhost|127\.|\[::1\])/.test(url) ? "http" : "https"}://${url}`;
  const isWithoutScheme = !url.includes("://") && URL.canParse(completed);
  throw usageError(
    isWithoutScheme
      ? `--endpoint is "${url}", without a scheme. Is it ${completed}?`
      : `--endpoint is "${url}", which is not a URL of http or https.`,
  );
}

function assertStreamer(name: string): void {
  if (streamerNameParameter.safeParse(name).success) return;
  const lower = name.toLowerCase();
  const isOnlyCase = streamerNameParameter.safeParse(lower).success;
  const advice = isOnlyCase
    ? `names are in lower case. Is it ${lower}?`
    : "a name is 1 to 64 of a-z, 0-9, _ and -, starting with a letter or digit.";
  throw usageError(`--streamer is "${name}": ${advice}`);
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
    throw usageError(`POSTGRES_ON_SCHEMA_CHANGE is "${onSchemaChange}": it is evolve or freeze.`);
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
    throw usageError(`-C, or --cid, is "${flags.cid}": it must be the client's id, a number.`);
  if (token === undefined || token === "")
    throw usageError("-T, or --token, is required: the access token, or set STITCH_TOKEN.");
  if (!URL.canParse(IMPORT_API_URL))
    throw usageError(`IMPORT_API_URL is "${IMPORT_API_URL}", which is not a URL.`);
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
