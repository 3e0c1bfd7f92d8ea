import { importApiRules } from "./import-api/rules.ts";
import type { Destination, Rules } from "./persister/destination.ts";
import type { Clock } from "./persister/ports.ts";
import { type DatabaseAccount, postgresDestinations } from "./postgres/destination.ts";

interface Databases {
  /** Returns an account's tables. Throws PersisterError `account-unavailable`. */
  of(account: DatabaseAccount): Destination;
  /** Ends the connections. */
  close(): Promise<void>;
}

/** The destinations of accounts with a database. A process needs one: connections outlive a delivery. */
export function databases(clock: Clock): Databases {
  const destinations = postgresDestinations();
  let rules: Rules | undefined;
  return {
    of(account) {
      rules ??= databaseRules();
      return destinations.of({ account, rules, clock });
    },
    close: () => destinations.end(),
  };
}

/** Schemas and formats are checked as for the Import API; its names and key lengths are its own. */
const databaseRules = (): Rules => ({
  ...importApiRules(),
  isReserved: () => false,
  keyCharsMax: Number.POSITIVE_INFINITY,
});
