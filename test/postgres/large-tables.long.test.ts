import { expect, it } from "vitest";
import { openDelivering } from "./delivering.ts";
import { body, keyed } from "./stream.ts";

const { database, deliver } = await openDelivering();

it.each([
  { rows: 999_999, change: "widened n from bigint to numeric", columns: ["n 0.5", "n 2"] },
  {
    rows: 1_000_000,
    change: 'added n__numeric (numeric) for the field "n"',
    columns: ["n 2", "n__numeric 0.5"],
  },
])("a table of $rows rows: $change", async ({ rows, change, columns }) => {
  const table = `rows_${rows}`;
  await deliver(body(keyed(table, { id: 1, n: 1 })));
  await database.query(`
    insert into ${table} (id, n, _sdc_sequence, _sdc_received_at, _sdc_delivery)
    select id, 2, 0, now(), 'generated' from generate_series(2, ${rows}) as id`);
  const { tables, error } = await deliver(body(keyed(table, { id: 1, n: 0.5 })));
  expect(error).toBeUndefined();
  expect(tables).toMatchObject([{ updated: 1, changes: [change] }]);
  const read = await database.query(`select * from ${table} where id in (1, 2)`);
  const own = ["id", "_sdc_sequence", "_sdc_received_at", "_sdc_delivery"];
  const values = read.flatMap(row =>
    Object.entries(row).flatMap(([name, value]) =>
      own.includes(name) || value === null ? [] : [`${name} ${value}`],
    ),
  );
  expect(values.sort()).toEqual(columns);
  expect(await database.query(`select count(*) from ${table}`)).toEqual([{ count: `${rows}` }]);
});
