import { expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { deliverer } from "./delivering.ts";
import { body, keyed, record } from "./stream.ts";

const streamers = 40;
const deliveries = 5;
const records = 50;

it("forty streamers write to one table with keys and one without at once, and nothing is lost", async () => {
  const database = await openDatabase();
  const all = Array.from({ length: streamers }, () => deliverer(database));
  await Promise.all(
    all.map(async ({ deliver, close }, s) => {
      for (let d = 0; d < deliveries; d++) {
        const lines = Array.from({ length: records }, (_, n) => [
          keyed("k", { id: s * records + n, d, [`only_${s % 7}`]: n }),
          record("l", { s, d, n }),
        ]).flat();
        const { error } = await deliver(body(...lines), { streamer: `s${s}` });
        expect(error).toBeUndefined();
      }
      await close();
    }),
  );
  expect(await database.query("select count(*) from k")).toEqual([{ count: `${streamers * records}` }]);
  expect(await database.query("select count(*) from k where d < 4")).toEqual([{ count: "0" }]);
  const rows = `${streamers * records * deliveries}`;
  expect(await database.query("select count(*) as all, count(distinct (s, d, n)) as kinds from l")).toEqual([
    { all: rows, kinds: rows },
  ]);
  await database.close();
});
