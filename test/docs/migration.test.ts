import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase } from "../postgres/database.ts";
import { type Deliverer, deliverer } from "../postgres/delivering.ts";
import { body, keyed } from "../postgres/stream.ts";

/** The queries in docs/migration.md, on tables as Stitch's loader and Persister make them. */
const [, sql = ""] = /```sql\n(.*?)```/s.exec(readFileSync("docs/migration.md", "utf8")) ?? [];
const [counts = "", differences = ""] = sql.split(";\n");

let database: Database;
let persister: Deliverer;
beforeAll(async () => {
  database = await openDatabase();
  persister = deliverer(database, { schema: "persister" });
  const rows = [1, 2, 3].map(id => keyed("orders", { id, total: id + 0.25 }));
  expect((await persister.deliver(body(...rows))).error).toBeUndefined();
  await database.query(`create schema stitch; create table stitch.orders as
    select id, total::double precision as total from persister.orders`);
});
afterAll(async () => {
  await persister.close();
  await database.query("drop schema stitch cascade; drop schema persister cascade");
  await database.close();
});

it("the queries that compare two tables find what is missing or different", async () => {
  expect(await database.query(counts)).toEqual([{ stitch: "3", persister: "3" }]);
  expect(await database.query(differences)).toEqual([]);
  await database.query("delete from stitch.orders where id = 1");
  await database.query("delete from persister.orders where id = 2");
  await database.query("update persister.orders set total = 0 where id = 3");
  const found = await database.query(differences);
  expect(found.map(({ id }) => id).sort()).toEqual(["1", "2", "3"]);
});
