import { rm } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importApiRules } from "../../functions/import-api/rules.ts";
import type * as Postgres from "../../functions/postgres/destination.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { casesOf } from "../runs.ts";
import { bundleFolder } from "../simulation/bundle.ts";
import { importMutated } from "../simulation/mutants/catch.ts";
import { type Database, openDatabase } from "./database.ts";
import { faultIn, histories, writeHistory } from "./histories.ts";
import { mutants } from "./mutants.ts";
import { rowsOf, versionsOf } from "./rows.ts";

/** Proves that order.property.long.test.ts notices bugs: each is in the product, and a history shows it. */
let dir: string;
let database: Database;
beforeAll(async () => {
  dir = await bundleFolder();
  database = await openDatabase();
});
afterAll(async () => {
  await database.close();
  await rm(dir, { recursive: true, force: true });
});

/** Most are caught by one of the first ten. */
const historiesMax = 400;
const rules = importApiRules();

it.each(
  casesOf(
    mutants.map((mutant, n) => ({ ...mutant, n })),
    mutants.length,
  ),
)("a history shows that $name", async mutant => {
  const destination = "../../functions/postgres/destination.ts";
  const { postgresDestinations } = await importMutated<typeof Postgres>(destination, { ...mutant, dir });
  const process = postgresDestinations();
  const { url, schema } = database;
  const account = { url, schema, onSchemaChange: "evolve" } as const;
  const of = process.of({ account, rules, clock: systemClock });
  let tables = 0;
  const isRight = fc.asyncProperty(histories, async history => {
    const table = `m${mutant.n}_${tables++}`;
    await writeHistory({ ...history, isConcurrent: false }, [of, of], table);
    const before = await versionsOf(database, table);
    if (faultIn(history, await rowsOf(database, table)) !== undefined) return false;
    await writeHistory({ ...history, isConcurrent: false }, [of, of], table);
    return JSON.stringify(await versionsOf(database, table)) === JSON.stringify(before);
  });
  const { failed } = await fc.check(isRight, { numRuns: historiesMax, endOnFailure: true });
  await process.end();
  expect(failed).toBe(true);
});
