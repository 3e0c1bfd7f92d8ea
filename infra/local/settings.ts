import { resolve } from "node:path";
import * as z from "zod";

const url = z.url().transform(text => text.replace(/\/+$/, ""));

/** Treats an empty variable as unset, as shells make them. */
const optional = <T extends z.ZodType>(type: T) =>
  z.preprocess(value => (value === "" ? undefined : value), type);

const environment = z.object({
  PORT: optional(z.coerce.number().int().min(0).max(65_535).default(4848)),
  DATA_DIR: optional(z.string().default(".local")),
  PERSISTER_TOKEN: optional(z.string().default("local-token")),
  IMPORT_API_URL: optional(url.optional()),
  STITCH_CLIENT_ID: optional(z.coerce.number().int().positive().default(4242)),
  STITCH_TOKEN: optional(z.string().default("sandbox-token")),
  AWS_ENDPOINT_URL_S3: optional(url.optional()),
  AWS_ENDPOINT_URL_DYNAMODB: optional(url.optional()),
});

export interface Settings {
  /** 0 means any free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly token: string;
  readonly importApiUrl?: string | undefined;
  readonly stitchClientId: number;
  readonly stitchToken: string;
  readonly s3Url?: string | undefined;
  readonly dynamodbUrl?: string | undefined;
}

/**
 * Reads the local stack's settings, which all have defaults. Throws one error that names everything
 * invalid.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    throw new SettingsError(
      parsed.error.issues.map(issue => `${issue.path.join(".")}: ${issue.message}`).join("\n"),
    );
  }
  const { data } = parsed;
  return {
    port: data.PORT,
    dataDir: resolve(data.DATA_DIR),
    token: data.PERSISTER_TOKEN,
    importApiUrl: data.IMPORT_API_URL,
    stitchClientId: data.STITCH_CLIENT_ID,
    stitchToken: data.STITCH_TOKEN,
    s3Url: data.AWS_ENDPOINT_URL_S3,
    dynamodbUrl: data.AWS_ENDPOINT_URL_DYNAMODB,
  };
}

export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
