import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, post, rows, startTestStack } from "../endpoint/local-stack.ts";
import { type Database, openDatabase } from "./database.ts";

/** The same deliveries in the sandbox of the Import API and in PostgreSQL, compared by SQL. */
const shared = ["", "/singer", "/taps", "/transit"].map(each => `../shared/data${each}`);
const places = ["test/taps", "test/streams", ...shared];
const files = places.flatMap(place =>
  filesIn(place).filter(path => /\.(jsonl|stitchstream|singer)$/.test(path) && !path.endsWith(".rows.jsonl")),
);

const counted = (column: string) =>
  `count("${column}") as present, count(distinct "${column}"::text) as kinds`;

function filesIn(place: string): string[] {
  try {
    return readdirSync(place).map(name => join(place, name));
  } catch {
    return [];
  }
}

describe.each(files)("%s", file => {
  let database: Database;
  let sandbox: LocalStack;
  let postgres: LocalStack;
  beforeAll(async () => {
    database = await openDatabase();
    sandbox = await startTestStack();
    postgres = await startTestStack({ POSTGRES_URL: database.url, POSTGRES_SCHEMA: database.schema });
  });
  afterAll(async () => {
    await sandbox.close();
    await postgres.close();
    await database.close();
  });

  it("has the same rows and values in both", async () => {
    const body = readFileSync(file);
    const answers = await Promise.all([post(sandbox, "s", body), post(postgres, "s", body)]);
    const [atSandbox, atPostgres] = await Promise.all(
      answers.map(async each => ({ status: each.status, ...((await each.json()) as Receipt) })),
    );
    expect(atPostgres!.status).toBe(atSandbox!.status);
    expect(atPostgres!.bookmark).toEqual(atSandbox!.bookmark);
    for (const { stream, table } of atPostgres!.tables ?? []) {
      const columns = await database.query(
        `select c->>'field' as field, c->>'name' as name
         from _persister_tables, jsonb_array_elements(columns) as c where stream = $$${stream}$$`,
      );
      for (const { field, name } of columns) {
        const [ours] = await database.query(`select count(*) as rows, ${counted(name!)} from "${table}"`);
        const known = await rows(sandbox, `select * from "${stream}" limit 0`);
        if (!known.columns.includes(field!)) continue;
        const theirs = await rows(sandbox, `select count(*) as rows, ${counted(field!)} from "${stream}"`);
        expect({ field, ...ours }).toEqual({
          field,
          ...Object.fromEntries(theirs.columns.map((each, n) => [each, theirs.rows[0]![n]])),
        });
      }
    }
  });
});

interface Receipt {
  readonly bookmark?: unknown;
  readonly tables?: readonly { readonly stream: string; readonly table: string }[];
}
