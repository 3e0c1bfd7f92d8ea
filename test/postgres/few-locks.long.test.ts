import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Deliverer, deliverer } from "./delivering.ts";
import { newHome, remove, type Server, startServer } from "./server.ts";
import { body, keyed } from "./stream.ts";

/** A server whose transactions share 1,000 locks or so, a seventh of the default. */
const more = ["max_locks_per_transaction=10"];
const tables = 600;

let server: Server;
let client: pg.Client;
let here: Deliverer;
beforeAll(async () => {
  server = await startServer(newHome(), { more });
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
  here = deliverer({ url: server.url, schema: "public" });
});
afterAll(async () => {
  await here.close();
  await client.end();
  remove(server);
});

const valueIn = async (n: number) => (await client.query(`select id, v from few_${n}`)).rows;

it("one batch with rows of many tables needs few locks at a time", async () => {
  const numbers = Array.from({ length: tables }, (_, n) => n);
  const bodyWith = (v: string) => body(...numbers.map(n => keyed(`few_${n}`, { id: n, v })));
  for (const v of ["first", "second"]) {
    const { error } = await here.deliver(bodyWith(v));
    expect(error).toBeUndefined();
    for (const n of numbers) expect(await valueIn(n)).toEqual([{ id: `${n}`, v }]);
  }
});
