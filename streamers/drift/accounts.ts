import * as z from "zod/mini";
import type { Client } from "../client.ts";
import { integerOf } from "../json.ts";
import type { Source } from "../streamer.ts";
import { accounts as table } from "./tables.ts";

interface Place {
  /** All that was updated before this instant was given; ms since the epoch. */
  readonly upTo?: number;
}

const account = z.looseObject({ accountId: z.string() });
/** `next` is the next page's path and query. */
const listed = z.object({ data: z.object({ accounts: z.array(account), next: z.nullish(z.string()) }) });
const perPage = 100;

/**
 * Accounts, of which Drift lists all each time: given are those that were updated since the last run began.
 * Only the whole list says that none was passed over, and only where it stood still: each page begins with
 * the last account of the one before, and where it does not, a deletion has drawn another across the bound.
 * Then the next run gives all that this one was to give.
 */
export const accounts = (drift: Client): Source<Place> => ({
  name: "accounts",
  tables: [table],
  async *pages(place) {
    const { upTo = 0 } = place ?? {};
    let began: number | undefined;
    let stoodStill = true;
    let before: readonly z.output<typeof account>[] = [];
    for (let index = 0, more = true; more; index += perPage - 1) {
      const answer = await page(drift, index);
      began ??= answer.at;
      const { accounts: found, next } = answer.body.data;
      const isBound = before.some(({ accountId }) => accountId === found[0]?.accountId);
      stoodStill &&= index === 0 || isBound;
      const fresh = found
        .slice(isBound ? 1 : 0)
        .filter(({ updateDateTime }) => (integerOf(updateDateTime) ?? upTo) >= upTo);
      before = found;
      more = Boolean(next);
      const reached = stoodStill ? { upTo: began } : place;
      yield { rows: fresh.map(account => [table, table.row(account)]), place: more ? undefined : reached };
    }
  },
});

const page = (drift: Client, index: number) =>
  drift.get("accounts", listed, { searchParams: { index, size: perPage } });
