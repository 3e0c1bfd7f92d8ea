import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { deliverer, openDelivering } from "./delivering.ts";
import { activation, body, keyed } from "./stream.ts";

const { database, deliver } = await openDelivering();

const streams = Array.from({ length: 120 }, (_, n) => `many_${n}`);

it("many tables are made in several transactions, and each is reported", async () => {
  const { tables, error } = await deliver(body(...streams.map((stream, id) => keyed(stream, { id }))));
  expect(error).toBeUndefined();
  expect(tables.map(each => each.changes.length)).toEqual(Array.from({ length: 100 }, () => 1));
  const made = await database.query(`
    select count(*) from _persister_tables join pg_class on relname = name join pg_namespace
      on pg_namespace.oid = relnamespace and nspname = current_schema() group by pg_class.xmin order by 1`);
  expect(made.map(({ count }) => count)).toEqual(["20", "50", "50"]);
});

it("a batch of many tables takes several transactions, and one that is rejected is the last", async () => {
  const bodyWith = (n: number) => body(...streams.map((stream, id) => keyed(stream, { id, n })));
  const written = streams.map(stream => `select xmin from ${stream} where n = 2`).join(" union all ");
  const rowsByTransaction = async () => {
    const rows = await database.query(
      `select count(*) from (${written}) as w group by xmin::text::bigint order by 1`,
    );
    return rows.map(({ count }) => Number(count));
  };
  await deliver(body(...streams.map((stream, id) => keyed(stream, { id, n: 1 }))));
  await database.query("alter table many_70 add constraint small check (n < 2)");
  const { error } = await deliver(bodyWith(2));
  expect(error).toMatchObject({ code: "rejected", details: { faults: [{ line: 71, stream: "many_70" }] } });
  expect(await rowsByTransaction()).toEqual([50]);
  await database.query("alter table many_70 drop constraint small");
  expect((await deliver(bodyWith(2))).error).toBeUndefined();
  expect(await rowsByTransaction()).toEqual([20, 50, 50]);
});

it("what one of many tables can't become is known before the first is changed", async () => {
  await deliver(body(keyed("z_last", { id: 1 })));
  const lines = streams.map((stream, id) => keyed(`new_${stream}`, { id }));
  const { error } = await deliver(body(...lines, keyed("z_last", { id: "a" })));
  expect(error).toMatchObject({ code: "table-conflict", details: { faults: [{ line: 121 }] } });
  expect(await database.query("select 1 from _persister_tables where stream like 'new_%'")).toEqual([]);
});

it("a connection that is lost while tables are made is replaced, and they are made", async () => {
  const { url, schema, query, close } = await openDatabase();
  const lost = `lost-${process.pid}`;
  const other = deliverer({ url: `${url}?application_name=${lost}`, schema });
  const lock = `hashtextextended('persister ${schema}', 0)`;
  await query(`select pg_advisory_lock(${lock})`);
  const delivered = other.deliver(body(keyed("t", { id: 1 }), activation("later", 2)));
  const waiting = `from pg_stat_activity where application_name = '${lost}' and wait_event = 'advisory'`;
  while ((await query(`select pg_terminate_backend(pid) ${waiting}`)).length === 0) await setTimeout(20);
  await query(`select pg_advisory_unlock(${lock})`);
  const { tables, error } = await delivered;
  expect(error).toBeUndefined();
  expect(tables.map(({ stream, inserted }) => [stream, inserted])).toEqual([
    ["later", 0],
    ["t", 1],
  ]);
  await other.close();
  await close();
});
