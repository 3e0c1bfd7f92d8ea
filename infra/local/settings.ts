import { isIP } from "node:net";
import { resolve } from "node:path";
import * as z from "zod";
import type { PostgresAccount } from "../../functions/aws/accounts.ts";
import { addressOf, placeOf } from "../../functions/postgres/address.ts";
import { loopback } from "./listen.ts";

const url = z.url("a URL").transform(text => text.replace(/\/+$/, ""));

/** Treats an empty variable as unset, as shells make them. */
const optional = <T extends z.ZodType>(type: T) =>
  z.preprocess(value => (value === "" ? undefined : value), type);

/** The owner's token, which everybody knows. */
const knownToken = "local-token";
const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|::1)$/.test(host);

const port = "a port, from 0 to 65535";
const id = "a whole number above 0";
/** The errors of these settings are sentences, which do not quote the password or token. */
const secret = /^(POSTGRES_URL|PERSISTER_TOKEN|STITCH_TOKEN)$/;

const environment = z.object({
  PERSISTER_HOST: optional(
    z
      .string()
      .refine(host => isIP(host) !== 0 || host === "localhost", "an IP address, or localhost")
      .default(loopback),
  ),
  PORT: optional(z.coerce.number(port).int(port).min(0, port).max(65_535, port).default(4848)),
  DATA_DIR: optional(z.string().default(".local")),
  PERSISTER_TOKEN: optional(z.string().default(knownToken)),
  IMPORT_API_URL: optional(url.optional()),
  STITCH_CLIENT_ID: optional(z.coerce.number(id).int(id).positive(id).default(4242)),
  STITCH_TOKEN: optional(z.string().default("sandbox-token")),
  POSTGRES_URL: optional(
    z
      .string()
      .superRefine((text, { addIssue }) => {
        const fault = addressFault(text);
        if (fault !== undefined) addIssue(fault);
      })
      .optional(),
  ),
  POSTGRES_SCHEMA: optional(z.string().default("public")),
  POSTGRES_ON_SCHEMA_CHANGE: optional(z.enum(["evolve", "freeze"], "evolve or freeze").default("evolve")),
  AWS_ENDPOINT_URL_S3: optional(url.optional()),
  AWS_ENDPOINT_URL_DYNAMODB: optional(url.optional()),
});

const guarded = environment.refine(
  ({ PERSISTER_HOST, PERSISTER_TOKEN }) => isLoopback(PERSISTER_HOST) || PERSISTER_TOKEN !== knownToken,
  {
    path: ["PERSISTER_TOKEN"],
    error: "A secret is required where PERSISTER_HOST lets other machines reach the endpoint",
  },
);

export interface Settings {
  readonly host: string;
  /** 0 means any free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly token: string;
  readonly importApiUrl?: string | undefined;
  readonly stitchClientId: number;
  readonly stitchToken: string;
  /** The database that records go to, instead of the Import API. */
  readonly database?: PostgresAccount | undefined;
  readonly s3Url?: string | undefined;
  readonly dynamodbUrl?: string | undefined;
}

/**
 * Reads the local stack's settings, which all have defaults. Throws one error that names everything
 * invalid.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = guarded.safeParse(env);
  if (!parsed.success) {
    throw new SettingsError(
      parsed.error.issues.map(({ path, message }) => faultOf(path.join("."), message, env)).join("\n"),
    );
  }
  const { data } = parsed;
  return {
    host: data.PERSISTER_HOST,
    port: data.PORT,
    dataDir: resolve(data.DATA_DIR),
    token: data.PERSISTER_TOKEN,
    importApiUrl: data.IMPORT_API_URL,
    stitchClientId: data.STITCH_CLIENT_ID,
    stitchToken: data.STITCH_TOKEN,
    ...(data.POSTGRES_URL !== undefined && {
      database: {
        postgres: data.POSTGRES_URL,
        schema: data.POSTGRES_SCHEMA,
        onSchemaChange: data.POSTGRES_ON_SCHEMA_CHANGE,
      },
    }),
    s3Url: data.AWS_ENDPOINT_URL_S3,
    dynamodbUrl: data.AWS_ENDPOINT_URL_DYNAMODB,
  };
}

const faultOf = (name: string, message: string, env: NodeJS.ProcessEnv) =>
  secret.test(name) ? `${name}: ${message}` : `${name}: it must be ${message}, not "${env[name]}".`;

/** Returns why a text is not a database's URL. It does not quote the URL, which has a password. */
function addressFault(text: string): string | undefined {
  try {
    addressOf(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Returns where the rows of a database are, without a password. */
export const rowsOf = ({ postgres, schema }: PostgresAccount): string =>
  `PostgreSQL at ${placeOf(addressOf(postgres))}, schema ${schema}`;

export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
