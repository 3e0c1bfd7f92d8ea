import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { PersisterError } from "../persister/errors.ts";
import { machineTiming, type TimingOptions } from "./timing.ts";

/** Whom records are written for at the Import API. */
export interface Account {
  readonly clientId: number;
  readonly token: string;
}

export interface Accounts {
  /** The streamer's own account, or the one of all. Rejects with `account-unavailable`. */
  of(streamer: string): Promise<Account>;
  /** The same, after the Import API refused the token `refused`: another one, if the secret has one by now. */
  after(refused: string, streamer: string): Promise<Account>;
}

/** The secret's JSON: an account a streamer, `default` for those without. */
const accountsSchema = z.record(
  z.string(),
  z.object({
    clientId: z.coerce.number().check(z.int(), z.positive()),
    token: z.string().check(z.minLength(1)),
  }),
);
type AccountsByStreamer = Readonly<Record<string, Account>>;

const retryAfterSeconds = 5;
/** A changed secret is noticed after so long, or at once where the Import API refuses the old one. */
const freshMilliseconds = 300_000;
/** One that can't be read is asked for again after so long. */
const staleMilliseconds = 30_000;

/**
 * Accounts in a secret of Secrets Manager, read once in five minutes. While it can't be read it is taken to be as it was, and the
 * log says so.
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
      warnOf(cause);
    } finally {
      reading = undefined;
    }
    return known.accounts;
  }
  const newest = () => {
    reading ??= read();
    return reading;
  };

  return {
    async of(streamer) {
      const isFresh = known !== undefined && now() - known.at < freshMilliseconds;
      return accountIn(isFresh ? known!.accounts : await newest(), streamer);
    },
    async after(refused, streamer) {
      const current = known && accountIn(known.accounts, streamer);
      if (current !== undefined && current.token !== refused) return current;
      return accountIn(await newest(), streamer);
    },
  };
}

/** By the cause's name alone: a parser's words quote what it read. */
function warnOf(cause: unknown): void {
  const message = "The Import API's accounts could not be read anew: those of before are used.";
  const name = cause instanceof Error ? cause.name : undefined;
  process.stderr.write(`${JSON.stringify({ level: "WARN", message, cause: name })}\n`);
}

/** Accounts that are known from the start, and never change. */
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
