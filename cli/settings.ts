import { readFileSync } from "node:fs";
import * as z from "zod";
import { streamerNameParameter } from "../functions/http/parameters.ts";
import { usage } from "./cli-error.ts";
import type { Endpoint } from "./endpoint.ts";
import { systemPorts } from "./ports.ts";

/** An Import API account, and where that API is. */
export interface Account {
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
 * Returns the endpoint of a run: from flags, else the environment, else `persist.json`. Throws CliError, which
 * says what to do.
 */
export function endpointOf(flags: { readonly endpoint?: string; readonly streamer?: string }): Endpoint {
  const file = readFile();
  const { PERSIST_ENDPOINT, PERSIST_STREAMER, PERSIST_TOKEN } = process.env;
  const url = flags.endpoint ?? (PERSIST_ENDPOINT || file.endpoint);
  const streamer = flags.streamer ?? (PERSIST_STREAMER || file.streamer);
  const token = PERSIST_TOKEN || file.token;
  if (url === undefined || !/^https?:/.test(url) || !URL.canParse(url))
    throw usage("Where to? Give --endpoint the URL, https://…, or set PERSIST_ENDPOINT.");
  if (streamer === undefined || !streamerNameParameter.safeParse(streamer).success)
    throw usage(
      "Whose is it? Give --streamer a name of small letters, digits, _ and -, or set PERSIST_STREAMER.",
    );
  if (token === undefined || token === "")
    throw usage("Set PERSIST_TOKEN to the token: a flag would show it to all who list processes.");
  if (!/^[\x21-\x7e]+$/.test(token))
    throw usage("The token holds a space, a line end or another character that no token has: set it again.");
  return { url: url.replace(/(\/v1)?\/*$/, ""), streamer, token, ports: systemPorts };
}

/** The Import API's account, for a run without an endpoint. Throws CliError. */
export function accountOf(flags: { readonly cid?: string; readonly token?: string }): Account {
  const { STITCH_TOKEN, IMPORT_API_URL = "https://api.stitchdata.com" } = process.env;
  const clientId = Number(flags.cid);
  const token = flags.token ?? STITCH_TOKEN;
  if (!Number.isSafeInteger(clientId) || clientId <= 0)
    throw usage("-C, or --cid, is the client's id, a number.");
  if (token === undefined || token === "")
    throw usage("Give -T, or --token, the access token, or set STITCH_TOKEN.");
  if (!URL.canParse(IMPORT_API_URL)) throw usage("IMPORT_API_URL is no URL.");
  return { clientId, token, url: IMPORT_API_URL };
}

function readFile(): z.infer<typeof fileSchema> {
  let text: string;
  try {
    text = readFileSync(fileName, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return {};
    throw usage(`${fileName} can't be read: ${code}.`);
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    throw usage(`${fileName} is not {"endpoint":"…","streamer":"…","token":"…"}.`);
  }
}
