import { v7 } from "uuid";
import { s3Archive } from "./aws/archive.ts";
import { dynamoClient } from "./aws/clients.ts";
import { cloudWatch } from "./aws/cloud-watch.ts";
import { s3Objects } from "./aws/objects.ts";
import { awsStore } from "./aws/store.ts";
import { dynamoTokens } from "./aws/tokens.ts";
import { type Config, readConfig } from "./config.ts";
import { type Authority, allPermissions } from "./http/authorize.ts";
import { memoize } from "./memoize.ts";
import { readPageFile } from "./page-file.ts";
import type { LeaseParts } from "./persister/commit/lease.ts";
import type { Parts } from "./persister/persist.ts";
import type { Observer, RequestObserver, Tokens } from "./persister/ports.ts";
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
  /** Loads the code that only deliveries need before they need it. */
  prepare?(): void;
  /** Ends the connections that outlive a delivery. */
  close?(): Promise<void>;
}

type Observers = Observer & Partial<RequestObserver>;

export function wire(config: Config, observer: Observers, clock = systemClock): Wired {
  const { region, bucket, table, endpoints } = config;
  const s3 = s3Objects({ region, ...(endpoints && { endpoint: endpoints.s3 }) });
  const destinations = memoize(async () => {
    const { destinationsOf } = await import("./destinations.ts");
    return destinationsOf(config, clock);
  });
  const client = dynamoClient({ region, ...(endpoints && { endpoint: endpoints.dynamodb }) });
  // UUIDs of version 7 sort by time, and so do deliveries.
  const bookmarkAgeMax = config.bookmarkAgeHours * hourMilliseconds;
  const store = { ...awsStore({ client, table, s3, bucket }), clock, newId: v7, bookmarkAgeMax };
  return {
    close: async () => (await destinations()).close(),
    prepare: () => {
      // A delivery's own calls reject with the same errors.
      Promise.all([s3.load(), destinations(), import("./persister/persist.ts")]).catch(() => undefined);
    },
    authority: authorityOf(config, dynamoTokens({ client, table })),
    ...(isRequestObserver(observer) && { requests: observer }),
    store,
    page: memoize(config.page ?? readPageFile),
    parts: {
      ...store,
      archive: s3Archive({ s3, bucket }),
      destinations: { of: async (...delivery) => (await destinations()).of(...delivery) },
      observer,
    },
  };
}

/** Wires the ports by the environment, at the first call. */
export const wiredByEnvironment = memoize(() => {
  const config = readConfig();
  return wire(config, cloudWatch(config.service, config));
});

/**
 * Returns the same for deliveries. Their code is loaded while the first request waits for the token's record:
 * loading it at the start would delay that read, and loading it when it is needed would use none of the wait.
 */
export const deliveriesByEnvironment = memoize(() => {
  const wired = wiredByEnvironment();
  wired.prepare?.();
  return wired;
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
