import { v7 } from "uuid";
import { type Accounts, fixedAccounts, ownAccount, secretAccounts } from "./aws/accounts.ts";
import { s3Archive } from "./aws/archive.ts";
import { dynamoClient, s3Client, secretsClient } from "./aws/clients.ts";
import { cloudWatch } from "./aws/cloud-watch.ts";
import { awsStore } from "./aws/store.ts";
import { dynamoTokens } from "./aws/tokens.ts";
import { type Config, readConfig } from "./config.ts";
import { databases } from "./databases.ts";
import { type Authority, allPermissions } from "./http/authorize.ts";
import { importApiDestinations } from "./import-api/destination.ts";
import { memoize } from "./memoize.ts";
import { readPageFile } from "./page-file.ts";
import type { LeaseParts } from "./persister/commit/lease.ts";
import type { Destinations } from "./persister/destination.ts";
import type { Parts } from "./persister/persist.ts";
import type { Clock, Observer, RequestObserver, Tokens } from "./persister/ports.ts";
import type { StreamersParts } from "./persister/query/streamers.ts";
import { digestOf } from "./persister/tokens/digest.ts";
import { systemClock } from "./system-clock.ts";

const hourMilliseconds = 3_600_000;

/** The ports' implementations. */
export interface Wired {
  readonly authority: Authority;
  /** Everything that reading and changing bookmarks requires. */
  readonly store: LeaseParts & StreamersParts;
  /** Everything that a delivery requires. */
  readonly parts: Parts;
  /** Resolves to the status page's text. */
  readonly page: () => Promise<string>;
  /** Receives reports of refused requests; the local stack has none. */
  readonly requests?: RequestObserver;
  /** Ends the connections that outlive a delivery. */
  close?(): Promise<void>;
}

type Observers = Observer & Partial<RequestObserver>;

export function wire(config: Config, observer: Observers, clock = systemClock): Wired {
  const { region, bucket, table, endpoints } = config;
  const s3 = s3Client({ region, ...(endpoints && { endpoint: endpoints.s3 }) });
  const destinations = destinationsOf(config, clock);
  const client = dynamoClient({ region, ...(endpoints && { endpoint: endpoints.dynamodb }) });
  // UUIDs of version 7 sort by time, and so do deliveries.
  const bookmarkAgeMax = config.bookmarkAgeHours * hourMilliseconds;
  const store = { ...awsStore({ client, table, s3, bucket }), clock, newId: v7, bookmarkAgeMax };
  return {
    close: destinations.close,
    authority: authorityOf(config, dynamoTokens({ client, table })),
    ...(isRequestObserver(observer) && { requests: observer }),
    store,
    page: memoize(config.page ?? readPageFile),
    parts: {
      ...store,
      archive: s3Archive({ client: s3, bucket }),
      destinations,
      observer,
    },
  };
}

/** Wires the ports by the environment, at the first call. */
export const wiredByEnvironment = memoize(() => {
  const config = readConfig();
  return wire(config, cloudWatch(config.service, config));
});

const isRequestObserver = (observer: Observers): observer is Observer & RequestObserver =>
  observer.onRefused !== undefined;

function authorityOf({ authorization: by, ownerToken }: Config, stored: Tokens): Authority {
  if (by !== "token") return { by };
  if (ownerToken === undefined) return { by, tokens: stored };
  const owner = digestOf(ownerToken);
  return {
    by,
    tokens: {
      grantOf: async (digest, deadline) =>
        digest === owner ? { id: "owner", permissions: allPermissions } : stored.grantOf(digest, deadline),
    },
  };
}

function destinationsOf(config: Config, clock: Clock): Destinations & { close(): Promise<void> } {
  const accounts = accountsOf(config);
  const importApiDestination = importApiDestinations();
  const { of: databaseOf, close } = databases(clock);
  return {
    close,
    of: async (streamer, traceparent) => {
      const account = await accounts.of(streamer);
      if ("postgres" in account) return databaseOf({ url: account.postgres, ...account });
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
