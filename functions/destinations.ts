import { type Accounts, fixedAccounts, ownAccount, secretAccounts } from "./aws/accounts.ts";
import { secretsClient } from "./aws/clients.ts";
import type { Config } from "./config.ts";
import { importApiDestinations } from "./import-api/destination.ts";
import { memoize } from "./memoize.ts";
import type { Destinations } from "./persister/destination.ts";
import type { Clock } from "./persister/ports.ts";

/** The destinations of each streamer's account. It is loaded at the first delivery. */
export function destinationsOf(config: Config, clock: Clock): Destinations & { close(): Promise<void> } {
  const accounts = accountsOf(config);
  const importApiDestination = importApiDestinations();
  // Few deployments have one.
  const ofDatabases = memoize(async () => (await import("./databases.ts")).databases(clock));
  return {
    close: async () => (await ofDatabases()).close(),
    of: async (streamer, traceparent) => {
      const account = await accounts.of(streamer);
      if ("postgres" in account) return (await ofDatabases()).of({ url: account.postgres, ...account });
      return importApiDestination({
        url: config.importApiUrl,
        account,
        accountAfter: async refused => {
          const newer = await accounts.after(refused, streamer);
          // This delivery stays with its account.
          return "postgres" in newer ? account : newer;
        },
        traceparent,
        clock,
      });
    },
  };
}

function accountsOf({ accounts, region }: Config): Accounts {
  if ("known" in accounts) return fixedAccounts(accounts.known);
  const client = secretsClient(region);
  if ("arn" in accounts) return secretAccounts(client, accounts.arn);
  const { ownArn: arn, sharedArn } = accounts;
  return ownAccount(client, { arn, sharedArn });
}
