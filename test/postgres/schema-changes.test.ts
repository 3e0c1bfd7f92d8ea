import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { type Deliverer, deliverer } from "./delivering.ts";
import { body, keyed, record, schema } from "./stream.ts";

let database: Database;
let evolving: Deliverer;
let frozen: Deliverer;
beforeAll(async () => {
  database = await openDatabase();
  evolving = deliverer(database);
  frozen = deliverer(database, { onSchemaChange: "freeze" });
});
afterAll(async () => {
  await evolving.close();
  await frozen.close();
  await database.close();
});

const all = (table: string, columns: string) =>
  database.query(`select ${columns} from ${table} order by _sdc_sequence`);
const changes = async (text: string) => {
  const { tables, error } = await evolving.deliver(text);
  expect(error).toBeUndefined();
  return tables.flatMap(each => each.changes);
};
const refused = async (by: Deliverer, text: string) => {
  const { error } = await by.deliver(text);
  return { code: error?.code, faults: error?.details.faults };
};

describe("evolve", () => {
  it("adds columns, widens integers, and puts other types beside", async () => {
    await evolving.deliver(body(keyed("t", { id: 1, total: 5 })));
    expect(await changes(body(keyed("t", { id: 2, total: 5.25, extra: true })))).toEqual([
      "widened total from bigint to numeric",
      'added extra (boolean) for the field "extra"',
    ]);
    expect(await changes(body(keyed("t", { id: 3, total: "none" })))).toEqual([
      'added total__text (text) for the field "total"',
    ]);
    expect(await changes(body(keyed("t", { id: 4, total: 7, extra: "yes" })))).toEqual([
      'added extra__text (text) for the field "extra"',
    ]);
    expect(await all("t", "id, total, total__text, extra, extra__text")).toEqual([
      { id: "1", total: "5", total__text: null, extra: null, extra__text: null },
      { id: "2", total: "5.25", total__text: null, extra: "t", extra__text: null },
      { id: "3", total: null, total__text: "none", extra: null, extra__text: null },
      { id: "4", total: "7", total__text: null, extra: null, extra__text: "yes" },
    ]);
  });

  it("puts an instant that timestamptz can't hold exactly beside the others, as a text", async () => {
    const typed = schema("at", { id: { type: "integer" }, at: { type: "string", format: "date-time" } });
    const exact = record("at", { id: 1, at: "2026-01-01T00:00:00.123456Z" });
    const finer = record("at", { id: 2, at: "2026-01-01T00:00:00.123456789Z" });
    await evolving.deliver(body(typed, exact, finer));
    await database.query("set timezone to 'UTC'");
    expect(await all("at", "at, at__text")).toEqual([
      { at: "2026-01-01 00:00:00.123456+00", at__text: null },
      { at: null, at__text: "2026-01-01T00:00:00.123456789Z" },
    ]);
  });

  it("numbers names that fold to one, and keeps them with their fields", async () => {
    expect(
      await changes(body(keyed("Names", { id: 1, Total: 1, total: 2, "to tal": 3, to_tal: 4, xmin: 5 }))),
    ).toEqual([
      'created the table names for the stream "Names"',
      'added total_2 (bigint) for the field "total": total is another column',
      'added to_tal_2 (bigint) for the field "to_tal": to_tal is another column',
      'added xmin_2 (bigint) for the field "xmin": xmin is another column',
    ]);
    const later = deliverer(database);
    const { tables } = await later.deliver(body(keyed("Names", { total: 20, Total: 10, id: 2 })), {
      streamer: "z",
    });
    expect(tables).toMatchObject([{ table: "names", changes: [] }]);
    expect(await changes(body(keyed("names", { id: 1 })))).toEqual([
      'created the table names_2 for the stream "names": names is another relation',
    ]);
    await later.close();
    expect(
      await database.query("select total, total_2, to_tal, to_tal_2, xmin_2 from names order by id"),
    ).toEqual([
      { total: "1", total_2: "2", to_tal: "3", to_tal_2: "4", xmin_2: "5" },
      { total: "10", total_2: "20", to_tal: null, to_tal_2: null, xmin_2: null },
    ]);
  });

  it("cuts long names to 63 bytes", async () => {
    const long = "é".repeat(70);
    await evolving.deliver(body(keyed("long", { id: 1, [long]: 1, [`${long}!`]: 2 })));
    const [row] = await database.query("select * from long");
    expect(Object.keys(row!).slice(1, 3)).toEqual(["_".repeat(63), `${"_".repeat(61)}_2`]);
  });

  it("lets two streamers add columns to one table at once", async () => {
    const others = [deliverer(database), deliverer(database)];
    await Promise.all(
      others.map((each, n) =>
        each.deliver(body(keyed("shared", { id: n, [`only_${n}`]: n })), { streamer: `s${n}` }),
      ),
    );
    expect(await database.query("select id, only_0, only_1 from shared order by id")).toEqual([
      { id: "0", only_0: "0", only_1: null },
      { id: "1", only_0: null, only_1: "1" },
    ]);
    for (const each of others) await each.close();
  });
});

describe("freeze", () => {
  it("refuses a new table, a new column and another type, with line and field", async () => {
    expect(await refused(frozen, body(record("fresh", { a: 1 })))).toEqual({
      code: "schema-frozen",
      faults: [
        {
          line: 1,
          stream: "fresh",
          message:
            'the table fresh is frozen; this would have created the table fresh for the stream "fresh"',
        },
      ],
    });
    await evolving.deliver(body(record("ice", { a: 1 })));
    expect(await refused(frozen, body(record("ice", { a: 2 }), record("ice", { a: "x", b: 1 })))).toEqual({
      code: "schema-frozen",
      faults: [
        {
          line: 1,
          stream: "ice",
          field: "a",
          message: 'the table ice is frozen; this would have added a__text (text) for the field "a"',
        },
        {
          line: 2,
          stream: "ice",
          field: "b",
          message: 'the table ice is frozen; this would have added b (bigint) for the field "b"',
        },
      ],
    });
    expect((await frozen.deliver(body(record("ice", { a: 2 })))).error).toBeUndefined();
    expect(await all("ice", "a")).toEqual([{ a: "1" }, { a: "2" }]);
  });
});

describe("refused, with nothing written", () => {
  it("other keys than the table's", async () => {
    await evolving.deliver(body(keyed("k", { id: 1 })));
    const { code, faults } = await refused(evolving, body(record("k", { id: 2 })));
    expect(code).toBe("table-conflict");
    expect(faults![0]!.message).toContain('its keys are [], and those of the table k are ["id"]');
  });

  it("a key of another type", async () => {
    await evolving.deliver(body(keyed("kt", { id: 1 })));
    const { code, faults } = await refused(evolving, body(keyed("kt", { id: "one" })));
    expect(code).toBe("table-conflict");
    expect(faults).toMatchObject([{ line: 1, stream: "kt", field: "id" }]);
    expect(faults![0]!.message).toContain("the key is text, and the column id is bigint");
  });

  it.each([
    ["NUL", '{"a":"x\\u0000"}', "a text with NUL"],
    ["NUL in a map", '{"a":{"b\\u0000":1}}', "a name with NUL"],
    ["half a surrogate pair", '{"a":["\\ud83d"]}', "a text with half a surrogate pair"],
    ["a number with too many digits", `{"a":1${"0".repeat(131_072)}}`, "a number beyond numeric"],
    ["a number with a large exponent", '{"a":1e131072}', "a number beyond numeric"],
    ["a number that is too small", '{"a":{"b":1e-16384}}', "a number beyond numeric"],
  ])("%s", async (_, data, message) => {
    const lines = [record("bad", { a: null }), `{"type":"RECORD","stream":"bad","record":${data}}`];
    const { code, faults } = await refused(evolving, body(...lines));
    expect(code).toBe("invalid-records");
    expect(faults).toMatchObject([{ line: 2, stream: "bad", field: "a" }]);
    expect(faults![0]!.message).toContain(message);
  });

  it("more columns than a table can have", async () => {
    const wide = Object.fromEntries(Array.from({ length: 1_597 }, (_, n) => [`c${n}`, 1]));
    const { code, faults } = await refused(evolving, body(record("wide", { a: 1 }), record("wide", wide)));
    expect(code).toBe("invalid-records");
    expect(faults).toMatchObject([{ line: 2, stream: "wide", field: "c1595" }]);
  });
});
