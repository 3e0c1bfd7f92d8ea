import { afterAll, beforeAll, expect, it } from "vitest";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { batches } from "../../functions/persister/forward/batch.ts";
import { forward } from "../../functions/persister/forward/forward.ts";
import { type PostgresDestinations, postgresDestinations } from "../../functions/postgres/destination.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { openDelivering } from "./delivering.ts";
import { body, record, schema } from "./stream.ts";

/** Somebody may have given a column another type, or does so while a delivery is written. */
const { database, deliver } = await openDelivering();
let process: PostgresDestinations;
beforeAll(async () => {
  process = postgresDestinations();
  await database.query("set timezone to 'America/New_York'");
});
afterAll(() => process.end());

const properties = {
  id: { type: "integer" },
  small: { type: "integer" },
  total: { type: "number" },
  at: { type: "string", format: "date-time" },
  name: { type: "string" },
  address: { type: "string" },
  nested: { type: "object" },
};
const first = {
  id: 1,
  small: 1,
  total: 1.5,
  at: "2026-01-01T00:00:00Z",
  name: "a",
  address: "::1",
  nested: {},
};
const second = { ...first, id: 2, at: "2026-07-01T12:30:00.5+02:00", nested: { a: [1] } };
const altered = `alter column small type smallint, alter column total type double precision,
  alter column at type timestamp, alter column name type varchar(3), alter column address type inet
  using address::inet, alter column nested type json`;
const columns = "id, small, total, at, name, address, nested";
const stored = {
  ...{ id: "2", small: "1", total: "1.5", name: "a", address: "::1", nested: '{"a":[1]}' },
  at: "2026-07-01 12:30:00.5",
};

it.each([{ keys: ["id"] }, { keys: [] }])("values reach altered columns, keys $keys", async ({ keys }) => {
  const table = `altered_${keys.length}`;
  const typed = schema(table, properties, keys);
  await deliver(body(typed, record(table, first)));
  await database.query(`alter table ${table} ${altered}`);
  const { error } = await deliver(body(typed, record(table, second)));
  expect(error).toBeUndefined();
  expect(await database.query(`select ${columns} from ${table} where id = 2`)).toEqual([stored]);
  const long = await deliver(body(typed, record(table, { ...second, id: 3, name: "abcd" })));
  expect(long.error).toMatchObject({ code: "rejected" });
  expect(long.error!.message).toContain("SQLSTATE 22001");
});

it.each([{ keys: ["id"] }, { keys: [] }])("no character or bit is cut off, keys $keys", async ({ keys }) => {
  const table = `fixed_${keys.length}`;
  const texts = schema(
    table,
    { id: { type: "integer" }, code: { type: "string" }, bits: { type: "string" } },
    keys,
  );
  await deliver(body(texts, record(table, { id: 1, code: "a", bits: "1" })));
  await database.query(`alter table ${table} alter column code type char(3),
    alter column bits type bit(3) using bits::bit(3)`);
  const { error } = await deliver(body(texts, record(table, { id: 2, code: "ab", bits: "101" })));
  expect(error).toBeUndefined();
  expect(await database.query(`select code, bits from ${table} where id = 2`)).toEqual([
    { code: "ab ", bits: "101" },
  ]);
  const long = await deliver(body(texts, record(table, { id: 3, code: "abcd", bits: "101" })));
  expect(long.error!.message).toContain("SQLSTATE 22001");
});

it("a column that has its type again accepts all values again", async () => {
  await deliver(body(record("again", { n: 1 })));
  await database.query("alter table again alter column n type smallint");
  expect((await deliver(body(record("again", { n: 2, other: 1 })))).error).toBeUndefined();
  await database.query("alter table again alter column n type bigint");
  expect((await deliver(body(record("again", { n: 100_000 })))).error).toBeUndefined();
  await database.query("drop table again");
  await deliver(body(record("again", { n: 200_000 })));
  expect(await database.query("select n from again")).toEqual([{ n: "200000" }]);
});

it.each([
  ["numeric", "7"],
  ["double precision", "7"],
  ["text", "7"],
])("a column that becomes %s after a delivery is prepared has the value", async (type, n) => {
  const stream = `meanwhile_${type.slice(0, 4)}`;
  const { url, schema: name } = database;
  const account = { url, schema: name, onSchemaChange: "evolve" } as const;
  const of = process.of({ account, rules: importApiRules(), clock: systemClock });
  const contents = validate(Buffer.from(body(record(stream, { n: 7 }))), of);
  const facts = { delivery: "d", firstSequence: 10n ** 18n, receivedAt: 0, deadline: Date.now() + 60_000 };
  const writer = await of.prepare({ contents, ...facts });
  await database.query(`alter table ${stream} alter column n type ${type}`);
  const { refusal } = await forward(tracker => batches(contents, of.sizes, tracker), writer, 1);
  expect(refusal).toBeUndefined();
  expect(await database.query(`select n from ${stream}`)).toEqual([{ n }]);
});
