import * as z from "zod/mini";
import type { Account } from "./aws/accounts.ts";
import { placesIn } from "./program/program.ts";

const text = () => z.string().check(z.minLength(1));
const url = () =>
  z.pipe(
    z.url(),
    z.transform((given: string) => given.replace(/\/+$/, "")),
  );

/** The default of serverless.yml. */
export const bookmarkAgeHours = 26;

const environment = () =>
  z.object({
    ARCHIVE_BUCKET: text(),
    TABLE_NAME: text(),
    /**
     * The secret with the Import API's accounts, for functions that forward. In AWS, the environment has no
     * secrets.
     */
    ACCOUNTS_SECRET_ARN: z.optional(text()),
    AWS_REGION: text(),
    /** The stack's name, in logs and metrics. */
    SERVICE: text(),
    /** The part before `/v2/…`. */
    IMPORT_API_URL: url(),
    /** How old a bookmark may be while nothing is known of its streamer's interval. */
    BOOKMARK_AGE_HOURS: z._default(z.coerce.number().check(z.positive()), bookmarkAgeHours),
    /** Whether each streamer has a metric of its own. */
    STREAMER_METRICS: z._default(z.enum(["on", "off"]), "off"),
    /** The authority that decides a caller's permissions: http/authorize.ts. */
    AUTHORIZATION: z.enum(["token", "jwt", "iam"]),
  });

export interface Config {
  readonly region: string;
  readonly service: string;
  readonly bucket: string;
  readonly table: string;
  readonly importApiUrl: string;
  readonly bookmarkAgeHours: number;
  readonly streamerMetrics: boolean;
  readonly authorization: "token" | "jwt" | "iam";
  /** Accounts by streamer, or the ARN of the secret that holds them. */
  readonly accounts:
    | { readonly known: Readonly<Record<string, Account>> }
    | { readonly arn: string }
    /** A scheduled streamer's own secret, and the accounts' secret, if the streamer may use it. */
    | { readonly ownArn: string; readonly sharedArn: string | undefined };
  /** A token with every scope on every streamer, for the local stack only. */
  readonly ownerToken?: string;
  /** Builds the status page; otherwise it is next to the bundle. */
  readonly page?: () => Promise<string>;
  /** The URLs of AWS's services, if they are not in AWS. */
  readonly endpoints?: { readonly s3: string; readonly dynamodb: string };
}

const scheduled = () =>
  z.object({
    STREAMER: text(),
    /** The program and its arguments, separated by spaces. */
    COMMAND: text(),
    /** The credentials that the secret must hold: entries by program/credentials.ts, separated by spaces. */
    CREDENTIALS: z.string(),
    /** The credentials that their use renews, and that the streamer replaces, separated by spaces. */
    RENEWED: z._default(z.string(), ""),
    CREDENTIALS_SECRET_ARN: text(),
    /** The role of its schedule, and the queue for runs that could not be started. */
    START_ROLE_ARN: text(),
    DEAD_LETTERS_ARN: text(),
  });

/** A streamer that is run on a schedule. */
export interface Scheduled {
  readonly streamer: string;
  readonly command: readonly string[];
  /** Entries of credentials that its secret must satisfy. */
  readonly credentials: readonly string[];
  /** The names that it may replace. */
  readonly renewed: readonly string[];
  readonly secretArn: string;
  readonly startRoleArn: string;
  readonly deadLettersArn: string;
  /** The variables of program/program.ts's `placesIn`. */
  readonly places: Readonly<Record<string, string>>;
}

/** Reads the function's environment. Throws one error that names everything missing or invalid. */
export function readConfig(): Config {
  const data = environmentOf(environment());
  return {
    region: data.AWS_REGION,
    service: data.SERVICE,
    bucket: data.ARCHIVE_BUCKET,
    table: data.TABLE_NAME,
    importApiUrl: data.IMPORT_API_URL,
    bookmarkAgeHours: data.BOOKMARK_AGE_HOURS,
    streamerMetrics: data.STREAMER_METRICS === "on",
    authorization: data.AUTHORIZATION,
    accounts: data.ACCOUNTS_SECRET_ARN === undefined ? { known: {} } : { arn: data.ACCOUNTS_SECRET_ARN },
  };
}

/** Reads where `watch` publishes: the ARN of a topic. Throws as `readConfig` does. */
export const readAlarmTopic = () => environmentOf(z.object({ ALARM_TOPIC_ARN: text() })).ALARM_TOPIC_ARN;

/** Reads the rest of a scheduled run's environment. Throws as `readConfig` does. */
export function readScheduled(): Scheduled {
  const data = environmentOf(scheduled());
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
  throw new Error(`The environment is not valid: ${faults.join("; ")}`);
}
