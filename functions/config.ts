import * as z from "zod/mini";

const text = z.string().check(z.minLength(1));
const url = z.pipe(
  z.url(),
  z.transform((given: string) => given.replace(/\/+$/, "")),
);

const environment = z.object({
  ARCHIVE_BUCKET: text,
  TABLE_NAME: text,
  /** The secret that holds the tokens. In AWS no secret stands in the environment. */
  SECRET_ARN: text,
  AWS_REGION: text,
  /** The stack's name: logs and metrics carry it. */
  SERVICE: text,
  /** The part before `/v2/…`. */
  IMPORT_API_URL: url,
});

/** The tokens, and the Import API client that records are written for. */
export const secretsSchema = z.object({
  /** Writes and reads. */
  persisterToken: text,
  /** Changes bookmarks by hand, too; without one nobody does. */
  adminToken: z.optional(text),
  stitchClientId: z.coerce.number().check(z.int(), z.positive()),
  stitchToken: text,
});
export type Secrets = z.infer<typeof secretsSchema>;

export interface Config {
  readonly region: string;
  readonly service: string;
  readonly bucket: string;
  readonly table: string;
  readonly importApiUrl: string;
  /** Tokens, or the ARN of the secret that holds them. */
  readonly secrets: Secrets | { readonly arn: string };
  /** Where AWS's parts are, if not in AWS. */
  readonly endpoints?: { readonly s3: string; readonly dynamodb: string };
}

/** Reads the Lambda's environment. Throws one error that names all that is missing or wrong in it. */
export function readConfig(): Config {
  const parsed = environment.safeParse(process.env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(issue => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The environment is not complete: ${faults.join("; ")}`);
  }
  const { ARCHIVE_BUCKET, TABLE_NAME, SECRET_ARN, AWS_REGION, SERVICE, IMPORT_API_URL } = parsed.data;
  return {
    region: AWS_REGION,
    service: SERVICE,
    bucket: ARCHIVE_BUCKET,
    table: TABLE_NAME,
    importApiUrl: IMPORT_API_URL,
    secrets: { arn: SECRET_ARN },
  };
}
