import type { Database } from "./database.ts";
import type { Data } from "./histories.ts";

/** Resolves to a table's rows, without Persister's own columns and without nulls. */
export async function rowsOf(database: Database, table: string): Promise<readonly Data[]> {
  const rows = await database.query(`select json_strip_nulls(row_to_json(t)) as row from ${table} t`);
  return rows.map(({ row }) =>
    Object.fromEntries(
      Object.entries(JSON.parse(row!) as object).filter(([name]) => !name.startsWith("_sdc_")),
    ),
  );
}

/** Resolves to the transactions that have written a table's rows. */
export const versionsOf = (database: Database, table: string) =>
  database.query(`select ctid, xmin from ${table} order by ctid`);
