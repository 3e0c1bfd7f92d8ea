import * as z from "zod/mini";
import type { Account } from "./aws/accounts.ts";
import { placesIn } from "./program/streaming.ts";

const text = z.string().check(z.minLength(1));
const url = z.pipe(
  z.url(),
  z.transform((given: string) => given.replace(/\/+$/, "")),
);

const environment = z.object({
  ARCHIVE_BUCKET: text,
  TABLE_NAME: text,
  /**
   * The secret that holds the Import API's accounts; only `ingest` has it. In AWS no secret stands in the
   * environment.
   */
  ACCOUNTS_SECRET_ARN: z.optional(text),
  AWS_REGION: text,
  /** The stack's name: logs and metrics carry it. */
  SERVICE: text,
  /** The part before `/v2/…`. */
  IMPORT_API_URL: url,
  /** Who says what a caller may do. */
  AUTHORIZATION: z.enum(["token", "jwt", "iam"]),
});

export interface Config {
  readonly region: string;
  readonly service: string;
  readonly bucket: string;
  readonly table: string;
  readonly importApiUrl: string;
  readonly authorization: "token" | "jwt" | "iam";
  /** Accounts by streamer, or the ARN of the secret that holds them. */
  readonly accounts: { readonly known: Readonly<Record<string, Account>> } | { readonly arn: string };
  /** One that holds every scope on every streamer: on a laptop only. */
  readonly ownerToken?: string;
  /** Where AWS's parts are, if not in AWS. */
  readonly endpoints?: { readonly s3: string; readonly dynamodb: string };
}

const scheduled = z.object({
  STREAMER: text,
  /** The program and its arguments, with spaces between them. */
  COMMAND: text,
  /** What the secret has to hold, with spaces between the entries. */
  CREDENTIALS: z.string(),
  /** Which of these the streamer replaces, as their use renews them. */
  RENEWED: z._default(z.string(), ""),
  CREDENTIALS_SECRET_ARN: text,
  /** By what its schedule starts it, and where runs go that could not be started. */
  START_ROLE_ARN: text,
  DEAD_LETTERS_ARN: text,
});

/** A streamer that is run on a schedule. */
export interface Scheduled {
  readonly streamer: string;
  readonly command: readonly string[];
  /** What it needs in its environment. */
  readonly credentials: readonly string[];
  /** What it may replace of them. */
  readonly renewed: readonly string[];
  readonly secretArn: string;
  readonly startRoleArn: string;
  readonly deadLettersArn: string;
  /** Where programs are, and what they need. */
  readonly places: Readonly<Record<string, string>>;
}

/** Reads the Lambda's environment. Throws one error that names all that is missing or wrong in it. */
export function readConfig(): Config {
  const data = environmentOf(environment);
  return {
    region: data.AWS_REGION,
    service: data.SERVICE,
    bucket: data.ARCHIVE_BUCKET,
    table: data.TABLE_NAME,
    importApiUrl: data.IMPORT_API_URL,
    authorization: data.AUTHORIZATION,
    accounts: data.ACCOUNTS_SECRET_ARN === undefined ? { known: {} } : { arn: data.ACCOUNTS_SECRET_ARN },
  };
}

/** Reads what a scheduled run's environment holds beside. Throws as `readConfig` does. */
export function readScheduled(): Scheduled {
  const data = environmentOf(scheduled);
  return {
    streamer: data.STREAMER,
    command: wordsIn(data.COMMAND),
    credentials: wordsIn(data.CREDENTIALS),
    renewed: wordsIn(data.RENEWED),
    secretArn: data.CREDENTIALS_SECRET_ARN,
    startRoleArn: data.START_ROLE_ARN,
    deadLettersArn: data.DEAD_LETTERS_ARN,
    places: placesIn(process.env),
  };
}

const wordsIn = (list: string) => list.split(" ").filter(word => word !== "");

function environmentOf<T extends z.ZodMiniType>(schema: T): z.output<T> {
  const parsed = z.safeParse(schema, process.env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(issue => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The environment is not complete: ${faults.join("; ")}`);
}
