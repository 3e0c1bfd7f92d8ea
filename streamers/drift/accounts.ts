import * as z from "zod/mini";
import { records } from "../page.ts";
import type { Source } from "../streamer.ts";
import type { Drift } from "./client.ts";
import { accounts as table } from "./tables.ts";

interface Place {
  /** All that was updated before this instant was given; ms since the epoch. */
  readonly upTo?: number;
}

interface Account {
  readonly accountId: string;
  readonly updateDateTime?: number;
}
interface Accounts {
  readonly data: {
    readonly accounts: readonly Account[];
    /** The next page's path and query. */
    readonly next?: string;
  };
}

const listed = z.object({ data: z.object({ accounts: records }) });
const perPage = 100;

/**
 * Accounts, of which Drift lists all each time: given are those that were updated since the last run began. Only the whole list
 * says that none was passed over, and only where it stood still: each page begins with the last account of the one before, and
 * where it does not, a deletion has drawn another across the bound. Then the next run gives all that this one was to give.
 */
export const accounts = (drift: Drift): Source<Place> => ({
  name: "accounts",
  tables: [table],
  async *pages(place) {
    const { upTo = 0 } = place ?? {};
    let began: number | undefined;
    let stoodStill = true;
    let before: readonly Account[] = [];
    for (let index = 0, more = true; more; index += perPage - 1) {
      const answer = await page(drift, index);
      began ??= answer.at;
      const { accounts: found, next } = answer.body.data;
      const isBound = before.some(({ accountId }) => accountId === found[0]?.accountId);
      stoodStill &&= index === 0 || isBound;
      const fresh = found
        .slice(isBound ? 1 : 0)
        .filter(({ updateDateTime }) => updateDateTime === undefined || updateDateTime >= upTo);
      before = found;
      more = Boolean(next);
      const reached = stoodStill ? { upTo: began } : place;
      yield { rows: fresh.map(account => [table, table.row(account)]), place: more ? undefined : reached };
    }
  },
});

const page = (drift: Drift, index: number) =>
  drift.get<Accounts>("accounts", listed, { index: String(index), size: String(perPage) });
