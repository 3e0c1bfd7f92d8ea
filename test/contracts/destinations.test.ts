import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { importApiDestinations } from "../../functions/import-api/destination.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { memoryDestination } from "../../functions/memory/destination.ts";
import { postgresDestinations } from "../../functions/postgres/destination.ts";
import { systemClock as clock } from "../../functions/system-clock.ts";
import { startImportApi } from "../../infra/local/import-api/server.ts";
import { queryRows } from "../../infra/local/import-api/tables.ts";
import { openDatabase } from "../postgres/database.ts";
import { destinationContract, type Subject } from "./destination.contract.ts";

const ascending = (numbers: readonly number[]) => numbers.toSorted((left, right) => left - right);

describe("in memory", () => {
  const destination = memoryDestination(importApiRules());
  const numbers = async (stream: string) =>
    ascending(destination.rows(stream).map(({ data }) => Number(data.n)));
  destinationContract(() => ({ destination, numbers }));
});

describe("the Import API's sandbox", () => {
  let subject: Subject;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), "persister-destination-"));
    const account = { clientId: 4242, token: "t" };
    const api = await startImportApi({ dir, ...account });
    const destination = importApiDestinations()({ url: api.url, account, clock });
    const numbers = async (stream: string) => {
      const { rows } = await queryRows(dir, `select n from "${stream}"`);
      return ascending(rows.map(([n]) => Number(n)));
    };
    subject = { destination, numbers };
    close = async () => {
      await api.close();
      await rm(dir, { recursive: true });
    };
  });
  afterAll(() => close());
  destinationContract(() => subject);
});

describe("PostgreSQL", () => {
  let subject: Subject;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const database = await openDatabase();
    const { url, schema } = database;
    const destinations = postgresDestinations();
    const account = { url, schema, onSchemaChange: "evolve" } as const;
    const destination = destinations.of({ account, rules: importApiRules(), clock });
    const numbers = async (stream: string) =>
      ascending((await database.query(`select n from ${stream}`)).map(({ n }) => Number(n)));
    subject = { destination, numbers };
    close = async () => {
      await destinations.end();
      await database.close();
    };
  });
  afterAll(() => close());
  destinationContract(() => subject);
});
