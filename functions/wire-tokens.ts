import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoClient } from "./aws/clients.ts";
import { cloudWatch } from "./aws/cloud-watch.ts";
import { dynamoTokenStore } from "./aws/token-store.ts";
import { dynamoTokens } from "./aws/tokens.ts";
import { readConfig } from "./config.ts";
import { memoize } from "./memoize.ts";
import type { TokenObserver } from "./persister/ports.ts";
import type { TokenParts } from "./persister/tokens/tokens.ts";
import { systemClock } from "./system-clock.ts";
import type { Wired } from "./wire.ts";

/** The ports of the function that creates and revokes tokens, which needs only the table. */
export interface WiredTokens extends Pick<Wired, "authority" | "requests"> {
  readonly tokenParts: TokenParts;
}

export const tokenPartsOf = (
  place: { readonly client: DynamoDBClient; readonly table: string },
  observer: TokenObserver,
  clock = systemClock,
): TokenParts => ({ tokens: dynamoTokenStore(place), clock, observer });

/** Wires the function by its environment, at the first call. */
export const tokensByEnvironment = memoize((): WiredTokens => {
  const config = readConfig();
  const { region, service, table, authorization: by } = config;
  const observer = cloudWatch(service, config);
  const place = { client: dynamoClient({ region }), table };
  return {
    authority: by === "token" ? { by, tokens: dynamoTokens(place) } : { by },
    requests: observer,
    tokenParts: tokenPartsOf(place, observer),
  };
});
