import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { PersisterError } from "../persister/errors.ts";
import { machineTiming, type TimingOptions } from "./timing.ts";

/** The credentials with which the Import API accepts records. */
export interface Account {
  readonly clientId: number;
  readonly token: string;
}

export interface Accounts {
  /** Resolves to the streamer's account, or to the default one. Rejects with `account-unavailable`. */
  of(streamer: string): Promise<Account>;
  /**
   * Does the same after the Import API has refused the token `refused`, which the secret may have replaced.
   */
  after(refused: string, streamer: string): Promise<Account>;
}

/** The secret's JSON: accounts by streamer, with `default` for all others. */
const accountsSchema = z.record(
  z.string(),
  z.object({
    clientId: z.coerce.number().check(z.int(), z.positive()),
    token: z.string().check(z.minLength(1)),
  }),
);
type AccountsByStreamer = Readonly<Record<string, Account>>;

const retryAfterSeconds = 5;
/** The secret is read again after this time, or as soon as the Import API refuses a token. */
const freshMilliseconds = 300_000;
/** A secret that can't be read is read again after this time. */
const staleMilliseconds = 30_000;

/**
 * Returns the accounts in a secret of Secrets Manager, which is read every five minutes. While it can't be
 * read, the last known accounts are used and a warning is logged.
 */
export function secretAccounts(
  client: SecretsManagerClient,
  arn: string,
  { timing: { now } = machineTiming }: TimingOptions = {},
): Accounts {
  let known: { readonly accounts: AccountsByStreamer; readonly at: number } | undefined;
  let reading: Promise<AccountsByStreamer> | undefined;

  async function read(): Promise<AccountsByStreamer> {
    try {
      const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
      known = { accounts: accountsSchema.parse(JSON.parse(SecretString)), at: now() };
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
    async of(streamer) {
      const isFresh = known !== undefined && now() - known.at < freshMilliseconds;
      return accountIn(isFresh ? known!.accounts : await readAgain(), streamer);
    },
    async after(refused, streamer) {
      const current = known && accountIn(known.accounts, streamer);
      if (current !== undefined && current.token !== refused) return current;
      return accountIn(await readAgain(), streamer);
    },
  };
}

/** Logs the cause's name only: a parser's message would quote the secret. */
function warn(cause: unknown): void {
  const message = "The Import API's accounts could not be read again. The last known ones are used.";
  const name = cause instanceof Error ? cause.name : undefined;
  process.stderr.write(`${JSON.stringify({ level: "WARN", message, cause: name })}\n`);
}

/** Returns accounts that never change. */
export const fixedAccounts = (accounts: AccountsByStreamer): Accounts => ({
  of: async streamer => accountIn(accounts, streamer),
  after: async (_, streamer) => accountIn(accounts, streamer),
});

function accountIn(accounts: AccountsByStreamer, streamer: string): Account {
  const account = Object.hasOwn(accounts, streamer) ? accounts[streamer] : accounts.default;
  if (account !== undefined) return account;
  throw new PersisterError(
    "account-unavailable",
    "This streamer has no Import API account, and there is no default account.",
    { hint: "Ask the endpoint's operators to add an account." },
  );
}

const unreadable = (cause: unknown) =>
  new PersisterError("account-unavailable", "The Import API accounts could not be read.", {
    retryAfterSeconds,
    cause,
  });
