import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSettings } from "../../infra/local/settings.ts";
import { type LocalStack, post, startTestStack } from "../endpoint/local-stack.ts";
import { type Database, openDatabase } from "./database.ts";
import { body, keyed } from "./stream.ts";

const run = promisify(execFile);
let database: Database;
let stack: LocalStack;
beforeAll(async () => {
  database = await openDatabase();
  stack = await startTestStack({ POSTGRES_URL: database.url, POSTGRES_SCHEMA: database.schema });
});
afterAll(async () => {
  await stack.close();
  await database.close();
});

it("POSTGRES_URL sends records to a database, whose rows the receipt counts", async () => {
  const lines = [keyed("orders", { id: 1, total: 5 }), keyed("orders", { id: 2, total: 6 })];
  const sent = body(...lines, '{"type":"STATE","value":{"n":1}}');
  const first = await post(stack, "shop", sent, { "idempotency-key": "a" });
  expect(first.status).toBe(200);
  expect(await first.json()).toMatchObject({
    records: 2,
    tables: [{ stream: "orders", table: "orders", inserted: 2, updated: 0, stale: 0 }],
    bookmark: { n: 1 },
  });
  const before = await database.query("select id, total, xmin from orders order by id");
  expect(before).toMatchObject([
    { id: "1", total: "5" },
    { id: "2", total: "6" },
  ]);
  const again = await post(stack, "shop", sent, { "idempotency-key": "a" });
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(await database.query("select id, total, xmin from orders order by id")).toEqual(before);
});

it("`npm run sql` says where the rows are", async () => {
  const env = { ...process.env, DATA_DIR: stack.dataDir };
  const { stdout } = await run(process.execPath, ["--import", "tsx", "infra/local/sql.ts"], { env });
  const place = new URL(database.url);
  const where = `PostgreSQL at ${place.host}/postgres, schema ${database.schema}`;
  expect(stdout).toBe(`The rows are in ${where}: query them with psql.\n`);
});

it("a database that can't be reached is reported without the password", async () => {
  const away = await startTestStack(
    { POSTGRES_URL: "postgres://u:s3cret@127.0.0.1:1/db" },
    { ingestMilliseconds: 4_500 },
  );
  const response = await post(away, "shop", body(keyed("orders", { id: 1 })));
  const text = await response.text();
  expect(response.status).toBe(503);
  expect(text).toContain("Nothing was written to PostgreSQL at 127.0.0.1:1/db");
  expect(text).not.toContain("s3cret");
  await away.close();
});

it.each([
  ["mysql://u@h/d", "it does not begin with postgres://"],
  ["postgres://h/d", "it names no user"],
  ["postgres://u:s3cret@h/d?sslmode=prefer", "its sslmode is not one of disable, require"],
  ["postgres://u:s3cret@h/d?sslrootcert=/none", "its sslrootcert can't be read: ENOENT"],
])("POSTGRES_URL=%s is refused at the start: %s", (url, message) => {
  const read = () => readSettings({ POSTGRES_URL: url });
  expect(read).toThrow(`POSTGRES_URL: ${message}`);
  expect(read).not.toThrow("s3cret");
});
