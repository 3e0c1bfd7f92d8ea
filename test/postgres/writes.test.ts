import { describe, expect, it } from "vitest";
import { type Deliverer, deliverer, openDelivering } from "./delivering.ts";
import { activation, body, keyed, record, schema } from "./stream.ts";

const { database, deliver } = await openDelivering();

const rows = (table: string, columns = "id, n") =>
  database.query(`select ${columns} from ${table} order by ${columns.split(",")[0]}`);
const counts = async (...delivering: Parameters<Deliverer["deliver"]>) => {
  const { tables, error } = await deliver(...delivering);
  expect(error).toBeUndefined();
  return tables.map(({ inserted, updated, stale }) => ({ inserted, updated, stale }));
};

describe("rows with keys", () => {
  it("are replaced as a whole by those with higher sequences", async () => {
    const first = body(keyed("a", { id: 1, n: 1, gone: "x" }), keyed("a", { id: 2, n: 1 }));
    expect(await counts(first)).toEqual([{ inserted: 2, updated: 0, stale: 0 }]);
    const second = body(
      keyed("a", { id: 1, n: 2 }),
      keyed("a", { id: 1, n: 3 }),
      keyed("a", { id: 3, n: 3 }),
    );
    expect(await counts(second)).toEqual([{ inserted: 1, updated: 1, stale: 1 }]);
    expect(await rows("a", "id, n, gone")).toEqual([
      { id: "1", n: "3", gone: null },
      { id: "2", n: "1", gone: null },
      { id: "3", n: "3", gone: null },
    ]);
  });

  it("stay as they are when the same delivery is written again", async () => {
    const once = body(keyed("same", { id: 1, n: 1 }), keyed("same", { id: 2, n: 1 }));
    await deliver(once);
    const before = await rows("same", "id, n, xmin, _sdc_sequence, _sdc_received_at");
    // Nothing of it is committed, so the second attempt writes everything again.
    const again = deliverer(database, {}, { stopBefore: "commit" });
    await again.deliver(once, { key: "k" });
    const between = await rows("same", "id, n, xmin, _sdc_sequence, _sdc_received_at");
    expect(between.map(({ n }) => n)).toEqual(before.map(({ n }) => n));
    again.resume();
    const { tables } = await again.deliver(once, { key: "k" });
    expect(tables).toMatchObject([{ inserted: 0, updated: 0, stale: 2 }]);
    expect(await rows("same", "id, n, xmin, _sdc_sequence, _sdc_received_at")).toEqual(between);
    await again.close();
  });
});

describe("rows without keys", () => {
  it("are written exactly once by each delivery, however often it is attempted", async () => {
    const line = body(record("log", { n: 1 }), record("log", { n: 1 }));
    const again = deliverer(database, {}, { stopBefore: "commit" });
    await again.deliver(line, { key: "k" });
    expect(await rows("log", "n")).toHaveLength(2);
    again.resume();
    const { tables } = await again.deliver(line, { key: "k" });
    expect(tables).toMatchObject([{ inserted: 0, updated: 0, stale: 2 }]);
    expect(await rows("log", "n")).toHaveLength(2);
    await again.deliver(line, { key: "other" });
    expect(await rows("log", "n")).toHaveLength(4);
    await again.close();
  });
});

describe("versions", () => {
  it("of lower numbers are deleted by an activation, and not written after it", async () => {
    await deliver(body(keyed("v", { id: 1, n: 1 }, 1), keyed("v", { id: 2, n: 1 }, 1), activation("v", 1)));
    await deliver(body(keyed("v", { id: 1, n: 2 }, 2)));
    expect(await rows("v")).toHaveLength(2);
    await deliver(body(activation("v", 2)));
    expect(await rows("v")).toEqual([{ id: "1", n: "2" }]);
    expect(await counts(body(keyed("v", { id: 3, n: 1 }, 1), activation("v", 1)))).toEqual([
      { inserted: 0, updated: 0, stale: 1 },
    ]);
    expect(await rows("v")).toEqual([{ id: "1", n: "2" }]);
  });

  it("replace rows without a version that are older, and none that are newer", async () => {
    await deliver(body(keyed("w", { id: 1, n: 1 })));
    await deliver(body(keyed("w", { id: 2, n: 2 }, 5), activation("w", 5)));
    expect(await rows("w")).toEqual([{ id: "2", n: "2" }]);
    await deliver(body(keyed("w", { id: 3, n: 3 })));
    expect(await rows("w")).toHaveLength(2);
  });

  it("are remembered before their table has rows", async () => {
    await deliver(body(activation("early", 7)));
    expect(await counts(body(record("early", { n: 1 }, 6), record("early", { n: 2 }, 7)))).toEqual([
      { inserted: 1, updated: 0, stale: 1 },
    ]);
    expect(await rows("early", "n, _sdc_table_version")).toEqual([{ n: "2", _sdc_table_version: "7" }]);
  });

  it("delete everything if the active one has no rows", async () => {
    const typed = schema("whole", { id: { type: "integer" }, n: { type: "integer" } });
    await deliver(body(typed, record("whole", { id: 1, n: 1 }, 1), activation("whole", 1)));
    await deliver(body(typed, activation("whole", 2)));
    expect(await rows("whole")).toEqual([]);
  });
});
