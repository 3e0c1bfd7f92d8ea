import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { body, keyed } from "./stream.ts";

it("`persist --postgres` writes straight to a database, and prints the bookmark", async () => {
  const database = await openDatabase();
  const { url, schema } = database;
  const persist = (flag: string, input: string) =>
    spawnSync(process.execPath, ["--import", "tsx", "cli/persist.ts", "--postgres", flag], {
      input,
      env: { ...process.env, POSTGRES_SCHEMA: schema },
      encoding: "utf8",
    });
  const sent = persist(url, body(keyed("t", { id: 1, n: 2 }), '{"type":"STATE","value":{"n":1}}'));
  expect(sent).toMatchObject({ status: 0, stdout: '{"n":1}\n' });
  expect(await database.query("select id, n from t")).toEqual([{ id: "1", n: "2" }]);
  const refused = persist(url, body(keyed("t", { id: "one" })));
  expect(refused.status).toBe(3);
  expect(refused.stderr).toContain('table-conflict:\n  line 1, stream "t", field "id"');
  const other = persist("postgres://u:s3cret@h/d?sslmode=prefer", "");
  expect(other.status).toBe(2);
  expect(other.stderr).toContain("--postgres is not a database's URL: its sslmode is not one of");
  expect(other.stderr).not.toContain("s3cret");
  await database.close();
});
