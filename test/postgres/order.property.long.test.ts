import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { memoryDestination } from "../../functions/memory/destination.ts";
import { type PostgresDestinations, postgresDestinations } from "../../functions/postgres/destination.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { numRuns } from "../runs.ts";
import { type Database, openDatabase } from "./database.ts";
import { faultIn, type History, histories, writeHistory } from "./histories.ts";
import { rowsOf, versionsOf } from "./rows.ts";

/** Deliveries of two streamers reach one table in any order, in parts, and again: retries and replays. */
const rules = importApiRules();
let database: Database;
/** Each streamer's process has a connection of its own. */
let processes: readonly PostgresDestinations[];
beforeAll(async () => {
  database = await openDatabase();
  processes = [postgresDestinations(), postgresDestinations()];
});
afterAll(async () => {
  for (const each of processes) await each.end();
  await database.close();
});

let streams = 0;
const newStream = () => `t${streams++}`;

it("any order of deliveries, retries, replays and activations leaves the highest sequences", () =>
  fc.assert(
    fc.asyncProperty(histories, async history => {
      const { url, schema } = database;
      const account = { url, schema, onSchemaChange: "evolve" } as const;
      const destinations = processes.map(each => each.of({ account, rules, clock: systemClock }));
      const stream = newStream();
      await writeHistory(history, destinations, stream);
      expect(faultIn(history, await rowsOf(database, stream))).toBeUndefined();
      const before = await versionsOf(database, stream);
      await writeHistory({ ...history, isConcurrent: false }, destinations, stream);
      expect(await versionsOf(database, stream), "a replay changes no row").toEqual(before);
    }),
    { numRuns: numRuns(40) },
  ));

it("and so it does in memory, as the simulation has it", () =>
  fc.assert(
    fc.asyncProperty(histories, async (history: History) => {
      const memory = memoryDestination(rules);
      const stream = newStream();
      await writeHistory(history, [memory, memory], stream);
      const rows = memory.rows(stream);
      expect(
        faultIn(
          history,
          rows.map(({ data }) => data),
        ),
      ).toBeUndefined();
      await writeHistory(history, [memory, memory], stream);
      expect(memory.rows(stream), "a replay changes no row").toEqual(rows);
    }),
    { numRuns: numRuns(100) },
  ));
