import { expect, it } from "vitest";
import { openDelivering } from "./delivering.ts";
import { schema } from "./stream.ts";

const { database, deliver } = await openDelivering();

const transit = (...lines: readonly string[]) =>
  `stitchstream/0.1\nContent-Type: transit\n--\n${lines.join("\n")}\n`;
const typesOf = async (table: string) => {
  const rows = await database.query(
    `select attname, format_type(atttypid, null) as type from pg_attribute
     where attrelid = '${table}'::regclass and attnum > 0 order by attnum`,
  );
  return rows.map(({ attname, type }) => `${attname} ${type}`);
};

it("a record with a schema lands digit for digit in columns of its types", async () => {
  const properties = {
    id: { type: "integer" },
    total: { type: ["null", "number"] },
    at: { type: ["null", "string"], format: "date-time" },
    ref: { type: "string" },
    nested: { type: "object" },
    flag: { type: "boolean" },
    never: { type: "null" },
  };
  const { error, tables } = await deliver(
    [
      schema("orders", properties),
      '{"type":"RECORD","stream":"orders","record":{"id":9223372036854775807,' +
        '"total":12.500000000000000001,"at":"2026-11-26T08:00:00.123456+01:00",' +
        '"ref":"\\u00e9\\t\\\\N 😀","nested":{"a":[1,2],"b":"\\"\\\\"},"flag":true,"never":null}}',
      '{"type":"STATE","value":{"n":1}}',
    ].join("\n"),
  );
  expect(error).toBeUndefined();
  expect(tables).toEqual([
    {
      stream: "orders",
      table: "orders",
      inserted: 1,
      updated: 0,
      stale: 0,
      changes: ['created the table orders for the stream "orders"'],
    },
  ]);
  expect(await typesOf("orders")).toEqual([
    "id bigint",
    "total numeric",
    "at timestamp with time zone",
    "ref text",
    "nested jsonb",
    "flag boolean",
    "_sdc_sequence bigint",
    "_sdc_received_at timestamp with time zone",
    "_sdc_delivery text",
  ]);
  await database.query("set timezone to 'UTC'");
  expect(await database.query("select id, total, at, ref, nested, flag, _sdc_delivery from orders")).toEqual([
    {
      id: "9223372036854775807",
      total: "12.500000000000000001",
      at: "2026-11-26 07:00:00.123456+00",
      ref: "é\t\\N 😀",
      nested: '{"a": [1, 2], "b": "\\"\\\\"}',
      flag: "t",
      _sdc_delivery: "delivery-0",
    },
  ]);
});

it("transit's values keep their types", async () => {
  const record =
    '["^ ","type","RECORD","stream","mixed","key_fields",["id"],"record",["^ ","id",1,' +
    '"when","~m1468435557000","price","~f12.3400","uid","~u531a379e-31bb-4ce1-8690-158dceb64be6",' +
    '"big","~n123456789012345678901234567890",' +
    '"list",["~#set",[1,2]],"word","~:key","name","~~tilde"]]';
  const { error } = await deliver(transit(record));
  expect(error).toBeUndefined();
  expect(await typesOf("mixed")).toEqual([
    "id bigint",
    "when timestamp with time zone",
    "price numeric",
    "uid uuid",
    "big numeric",
    "list jsonb",
    "word text",
    "name text",
    "_sdc_sequence bigint",
    "_sdc_received_at timestamp with time zone",
    "_sdc_delivery text",
  ]);
  expect(await database.query('select "when", price, uid, big, list, word, name from mixed')).toEqual([
    {
      when: "2016-07-13 18:45:57+00",
      price: "12.3400",
      uid: "531a379e-31bb-4ce1-8690-158dceb64be6",
      big: "123456789012345678901234567890",
      list: "[1, 2]",
      word: "key",
      name: "~tilde",
    },
  ]);
});
