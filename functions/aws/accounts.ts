import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { PersisterError } from "../persister/errors.ts";
import { secretJson } from "./secret-json.ts";
import { machineTiming, type TimingOptions } from "./timing.ts";

/** Where a streamer's records go, and the credentials for it: the Import API, or a PostgreSQL database. */
export type Account = ImportApiAccount | PostgresAccount;

export interface ImportApiAccount {
  readonly clientId: number;
  readonly token: string;
}

export interface PostgresAccount {
  /** The database's URL. */
  readonly postgres: string;
  /** The schema of its tables. */
  readonly schema: string;
  readonly onSchemaChange: "evolve" | "freeze";
}

export interface Accounts {
  /** Resolves to the streamer's account, or to the default one. Rejects with `account-unavailable`. */
  of(streamer: string): Promise<Account>;
  /**
   * Does the same after the Import API has refused the token `refused`, which the secret may have replaced.
   */
  after(refused: string, streamer: string): Promise<Account>;
}

const text = z.string().check(z.minLength(1));
const accountSchema = z.union([
  z.object({ clientId: z.coerce.number().check(z.int(), z.positive()), token: text }),
  z.object({
    postgres: text,
    schema: z._default(text, "public"),
    onSchemaChange: z._default(z.enum(["evolve", "freeze"]), "evolve"),
  }),
]);
/** The accounts' secret: accounts by streamer, with `default` for all others. */
const accountsSchema = z.record(z.string(), accountSchema);
type AccountsByStreamer = Readonly<Record<string, Account>>;

/** The member of a streamer's own secret that holds its account, as an object or as its JSON text. */
export const accountMember = "PERSISTER_ACCOUNT";
const ownSchema = z.pipe(
  z.object({
    [accountMember]: z.optional(
      z.union([accountSchema, z.pipe(z.pipe(z.string(), z.transform(secretJson)), accountSchema)]),
    ),
  }),
  z.transform((own): AccountsByStreamer => {
    const account = own[accountMember];
    return account === undefined ? {} : { default: account };
  }),
);

const retryAfterSeconds = 5;
/** The secret is read again after this time, or as soon as the Import API refuses a token. */
const freshMilliseconds = 300_000;
/** A secret that can't be read is read again after this time. */
const staleMilliseconds = 30_000;

/** Accounts that may lack one for a streamer. */
interface AccountsFound {
  find(streamer: string): Promise<Account | undefined>;
  findAfter(refused: string, streamer: string): Promise<Account | undefined>;
}

/**
 * Returns the accounts in a secret of Secrets Manager, which is read every five minutes. While it can't be
 * read, the last known accounts are used and a warning is logged.
 */
export const secretAccounts = (
  client: SecretsManagerClient,
  arn: string,
  options: TimingOptions = {},
): Accounts => required(accountsIn(client, arn, accountsSchema, options), noAccount);

/**
 * Returns the account in a scheduled streamer's own secret `arn`, as `secretAccounts` does. If that has none,
 * the streamer uses the accounts' secret `sharedArn`, if it may.
 */
export function ownAccount(
  client: SecretsManagerClient,
  { arn, sharedArn }: { readonly arn: string; readonly sharedArn: string | undefined },
  options: TimingOptions = {},
): Accounts {
  const own = accountsIn(client, arn, ownSchema, options);
  if (sharedArn === undefined) return required(own, () => noOwnAccount(arn));
  const shared = accountsIn(client, sharedArn, accountsSchema, options);
  const either: AccountsFound = {
    find: async streamer => (await own.find(streamer)) ?? shared.find(streamer),
    findAfter: async (refused, streamer) =>
      (await own.findAfter(refused, streamer)) ?? shared.findAfter(refused, streamer),
  };
  return required(either, noAccount);
}

const required = ({ find, findAfter }: AccountsFound, missing: () => PersisterError): Accounts => {
  const orThrow = (account: Account | undefined) => {
    if (account === undefined) throw missing();
    return account;
  };
  return {
    of: async streamer => orThrow(await find(streamer)),
    after: async (refused, streamer) => orThrow(await findAfter(refused, streamer)),
  };
};

function accountsIn(
  client: SecretsManagerClient,
  arn: string,
  schema: z.ZodMiniType<AccountsByStreamer>,
  { timing: { now } = machineTiming }: TimingOptions,
): AccountsFound {
  let known: { readonly accounts: AccountsByStreamer; readonly at: number } | undefined;
  let reading: Promise<AccountsByStreamer> | undefined;

  async function read(): Promise<AccountsByStreamer> {
    try {
      const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
      known = { accounts: schema.parse(secretJson(SecretString)), at: now() };
    } catch (cause) {
      if (known === undefined) throw unreadable(cause);
      known = { ...known, at: now() - freshMilliseconds + staleMilliseconds };
      warn(cause);
    } finally {
      reading = undefined;
    }
    return known.accounts;
  }
  const readAgain = () => {
    reading ??= read();
    return reading;
  };

  return {
    async find(streamer) {
      const isFresh = known !== undefined && now() - known.at < freshMilliseconds;
      return accountIn(isFresh ? known!.accounts : await readAgain(), streamer);
    },
    async findAfter(refused, streamer) {
      const current = known && accountIn(known.accounts, streamer);
      if (current !== undefined && tokenOf(current) !== refused) return current;
      return accountIn(await readAgain(), streamer);
    },
  };
}

const tokenOf = (account: Account) => ("token" in account ? account.token : undefined);

/** Logs the cause's name only: a parser's message would quote the secret. */
function warn(cause: unknown): void {
  const message = "The accounts could not be read again. The last known ones are used.";
  const name = cause instanceof Error ? cause.name : undefined;
  process.stderr.write(`${JSON.stringify({ level: "WARN", message, cause: name })}\n`);
}

/** Returns accounts that never change. */
export function fixedAccounts(accounts: AccountsByStreamer): Accounts {
  const find = async (streamer: string) => accountIn(accounts, streamer);
  return required({ find, findAfter: (_, streamer) => find(streamer) }, noAccount);
}

const accountIn = (accounts: AccountsByStreamer, streamer: string): Account | undefined =>
  Object.hasOwn(accounts, streamer) ? accounts[streamer] : accounts.default;

const noAccount = () =>
  new PersisterError(
    "account-unavailable",
    "This streamer has no account, and there is no default account.",
    { hint: "Ask the endpoint's operators to add an account." },
  );

const noOwnAccount = (arn: string) =>
  new PersisterError("account-unavailable", `The secret ${arn} has no ${accountMember}.`, {
    hint: `Add ${accountMember} to it, or set \`sharedAccount: true\` for the streamer in serverless.yml.`,
  });

const unreadable = (cause: unknown) =>
  new PersisterError("account-unavailable", "The accounts could not be read.", {
    retryAfterSeconds,
    cause,
  });
