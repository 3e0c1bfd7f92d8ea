import type { BatchWriter, Destination, Outgoing, Rules } from "../persister/destination.ts";
import { PersisterError } from "../persister/errors.ts";
import type { Clock } from "../persister/ports.ts";
import { addressOf, NotAnAddress } from "./address.ts";
import { batchWriter } from "./batch-writer.ts";
import { Session } from "./connection.ts";
import { preparationError } from "./failure.ts";
import type { TablePlan } from "./plan.ts";
import { type OnSchemaChange, type Preparation, type Prepared, prepareTables } from "./prepare.ts";
import { type Patience, retrying } from "./retrying.ts";
import { type SurveyedTable, survey } from "./survey.ts";

/** A database, the schema with the account's tables, and whether deliveries may change them. */
export interface DatabaseAccount {
  /** `postgres://user:password@host:port/database`, with the parameters of address.ts. */
  readonly url: string;
  readonly schema: string;
  readonly onSchemaChange: OnSchemaChange;
}

interface PostgresOptions {
  readonly account: DatabaseAccount;
  readonly rules: Rules;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

export interface PostgresDestinations {
  /** Returns an account's tables as a destination. Throws PersisterError `account-unavailable`. */
  of(options: PostgresOptions): Destination;
  /** Ends the connections. */
  end(): Promise<void>;
}

/** A process needs one of these: each database has one connection, which outlives a delivery. */
export function postgresDestinations(): PostgresDestinations {
  const sessions = new Map<string, Session>();
  return {
    of(options) {
      const { url } = options.account;
      const session = sessions.get(url) ?? new Session(validAddress(url));
      sessions.set(url, session);
      return destinationOf(session, options);
    },
    async end() {
      await Promise.all([...sessions.values()].map(each => each.end()));
    },
  };
}

function validAddress(url: string) {
  try {
    return addressOf(url);
  } catch (error) {
    if (!(error instanceof NotAnAddress)) throw error;
    throw new PersisterError(
      "account-unavailable",
      `The account's PostgreSQL URL is not valid: ${error.message}.`,
    );
  }
}

/** One is written; the next ones' rows are ready when the connection is free. */
const batchesInFlightMax = 4;
/** The text around a record's values in a row: its sequence, instant and id. */
const rowBytesAround = 128;

function destinationOf(session: Session, options: PostgresOptions): Destination {
  const { schema } = options.account;
  return {
    name: "PostgreSQL",
    identity: { name: "postgres", database: session.place, schema },
    rules: options.rules,
    sizes: { bytesAround: () => rowBytesAround, schemaBytes: () => 0 },
    batchesInFlightMax,
    prepare: outgoing => prepare(session, options, outgoing),
  };
}

async function prepare(
  session: Session,
  { account, clock, random = Math.random }: PostgresOptions,
  outgoing: Outgoing,
): Promise<BatchWriter> {
  const { contents, deadline } = outgoing;
  const { schema, onSchemaChange } = account;
  const patience = { clock, random, deadline };
  const surveyed = survey(contents);
  const plans: TablePlan[] = [];
  let tables: readonly SurveyedTable[] = [...surveyed.tables.values()];
  do {
    const prepared = await prepareSome(session, { contents, tables, schema, onSchemaChange }, patience);
    plans.push(...prepared.plans);
    tables = prepared.rest;
  } while (tables.length > 0);
  return batchWriter(outgoing, { session, schema, plans, values: surveyed.values, ...patience });
}

/** Prepares as many tables as one transaction may change. */
async function prepareSome(
  session: Session,
  preparation: Preparation,
  patience: Patience,
): Promise<Prepared> {
  const tried = await retrying(
    milliseconds =>
      session
        .transaction(milliseconds, connection => prepareTables(connection, preparation))
        .catch((error: unknown) => {
          if (error instanceof PersisterError) return error;
          throw error;
        }),
    patience,
  );
  if ("failure" in tried) throw preparationError(tried.failure, session.place);
  if (tried.value instanceof PersisterError) throw tried.value;
  return tried.value;
}
