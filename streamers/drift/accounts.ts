import * as z from "zod/mini";
import type { Client } from "../client.ts";
import { integerOf } from "../json.ts";
import type { Source } from "../streamer.ts";
import { accounts as table } from "./tables.ts";

interface Position {
  /** Everything updated before this instant was read; ms since the epoch. */
  readonly upTo?: number;
}

const account = z.looseObject({ accountId: z.string() });
/** `next` is the next page's path and query. */
const listed = z.object({ data: z.object({ accounts: z.array(account), next: z.nullish(z.string()) }) });
const perPage = 100;

/**
 * Reads the accounts that were updated since the last run began; Drift always lists all. The position moves
 * only after the whole list, and only if no account was skipped: each page must begin with the last account
 * of the page before. If it does not, a deletion has moved an account across the boundary, and the next run
 * yields the same updates again.
 */
export const accounts = (drift: Client): Source<Position> => ({
  name: "accounts",
  tables: [table],
  async *pages(position) {
    const { upTo = 0 } = position ?? {};
    let began: number | undefined;
    let isStable = true;
    let before: readonly z.output<typeof account>[] = [];
    for (let index = 0, more = true; more; index += perPage - 1) {
      const answer = await page(drift, index);
      began ??= answer.at;
      const { accounts: found, next } = answer.body.data;
      const isBound = before.some(({ accountId }) => accountId === found[0]?.accountId);
      isStable &&= index === 0 || isBound;
      const fresh = found
        .slice(isBound ? 1 : 0)
        .filter(({ updateDateTime }) => (integerOf(updateDateTime) ?? upTo) >= upTo);
      before = found;
      more = Boolean(next);
      const reached = isStable ? { upTo: began } : position;
      yield { rows: fresh.map(account => [table, table.row(account)]), position: more ? undefined : reached };
    }
  },
});

const page = (drift: Client, index: number) =>
  drift.get("accounts", listed, { searchParams: { index, size: perPage } });
