import pg from "pg";
import { inject } from "vitest";
import { serverIn } from "./server.ts";

/** A schema of this test run's database. Each test has its own, so that tests don't meet. */
export interface Database {
  readonly url: string;
  readonly schema: string;
  /** Resolves to a query's rows, with values as PostgreSQL writes them. */
  query(sql: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

type Row = Readonly<Record<string, string | null>>;

let schemas = 0;

/** Opens a schema that does not exist yet. */
export async function openDatabase(): Promise<Database> {
  const { url } = await serverIn(inject("programs"));
  const schema = `Test ${process.pid} ${Math.random().toString(36).slice(2)} ${schemas++}`;
  const client = new pg.Client({
    connectionString: url,
    types: { getTypeParser: () => (text: string) => text },
  });
  await client.connect();
  await client.query(`set search_path to "${schema}"`);
  return {
    url,
    schema,
    query: async sql => (await client.query<Row>(sql)).rows,
    close: () => client.end(),
  };
}
