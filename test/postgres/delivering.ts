import { afterAll } from "vitest";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { memoryArchive } from "../../functions/memory/archive.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import type { TableResult } from "../../functions/persister/destination.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { persist } from "../../functions/persister/persist.ts";
import type { Streamer } from "../../functions/persister/store.ts";
import { type DatabaseAccount, postgresDestinations } from "../../functions/postgres/destination.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { type Database, openDatabase } from "./database.ts";

const rules = { ...importApiRules(), isReserved: () => false, keyCharsMax: Number.POSITIVE_INFINITY };

/** Delivers bodies to a database through the core, on a clock of its own. */
export interface Deliverer {
  /** Resolves to the delivery's tables, or to its error. */
  deliver(body: string, options?: { readonly streamer?: string; readonly key?: string }): Promise<Delivered>;
  resume(): void;
  close(): Promise<void>;
}

interface Delivered {
  readonly tables: readonly TableResult[];
  readonly error: PersisterError | undefined;
}

/** `commit`: everything is written, and the commit fails until `resume`. */
interface Trouble {
  readonly stopBefore?: "commit";
}

/** Each deliverer's clock is ahead of those that were made before it, ms since the epoch. */
let latest = 1_700_000_000_000;
const betweenMilliseconds = 1_000_000_000;

export function deliverer(
  { url, schema }: Pick<Database, "url" | "schema">,
  account: Partial<DatabaseAccount> = {},
  { stopBefore }: Trouble = {},
): Deliverer {
  let isStopping = stopBefore !== undefined;
  const destinations = postgresDestinations();
  latest += betweenMilliseconds;
  let now = latest;
  let ids = 0;
  const destination = destinations.of({
    account: { url, schema, onSchemaChange: "evolve", ...account },
    rules,
    clock: { ...systemClock, now: () => now },
  });
  const store = memoryStore();
  const parts = {
    ...store,
    streamers: {
      ...store.streamers,
      write: async (next: Streamer) => {
        if (isStopping && next.commit !== undefined) throw new PersisterError("store-unavailable", "lost");
        return store.streamers.write(next, 0);
      },
    },
    archive: memoryArchive(),
    clock: { ...systemClock, now: () => now },
    newId: () => `delivery-${ids++}`,
    observer: { onDelivery: () => {} },
    destinations: { of: async () => destination },
  };
  return {
    async deliver(body, { streamer = "s", key: idempotencyKey } = {}) {
      now += 1_000;
      const request = { streamer, body: Buffer.from(body), gzipped: false, precondition: {}, idempotencyKey };
      try {
        const { receipt } = await persist({ ...request, deadline: now + 60_000 }, parts);
        return { tables: receipt.tables ?? [], error: undefined };
      } catch (error) {
        if (!(error instanceof PersisterError)) throw error;
        return { tables: [], error };
      }
    },
    resume() {
      isStopping = false;
    },
    close: () => destinations.end(),
  };
}

/** Opens a schema of its own for a file of tests, and delivers to it. Both are closed after the tests. */
export async function openDelivering(): Promise<{ database: Database; deliver: Deliverer["deliver"] }> {
  const database = await openDatabase();
  const { deliver, close } = deliverer(database);
  afterAll(async () => {
    await close();
    await database.close();
  });
  return { database, deliver };
}
