import type { Source } from "../streamer.ts";
import type { Answer, Drift } from "./client.ts";
import { accounts as table } from "./tables.ts";

interface Place {
  /** All that was updated before this instant was given; ms since the epoch. */
  readonly upTo?: number;
}

interface Accounts {
  readonly data: {
    readonly accounts: readonly { readonly updateDateTime?: number }[];
    /** The next page's path and query. */
    readonly next?: string;
  };
}

type Query = Readonly<Record<string, string>>;

const perPage = "100";

/**
 * Accounts, of which Drift lists all each time: given are those that were updated since the last run began. Only the whole list
 * says that none was passed over.
 */
export const accounts = (drift: Drift): Source<Place> => ({
  name: "accounts",
  tables: [table],
  async *pages({ upTo = 0 } = {}) {
    let began: number | undefined;
    let query: Query | undefined = { index: "0", size: perPage };
    while (query !== undefined) {
      const answer: Answer<Accounts> = await drift.get("accounts", query);
      began ??= answer.at;
      const { accounts: found, next } = answer.body.data;
      query = queryIn(next);
      const fresh = found.filter(
        ({ updateDateTime }) => updateDateTime === undefined || updateDateTime >= upTo,
      );
      yield {
        rows: fresh.map(account => [table, table.row(account)]),
        place: query === undefined ? { upTo: began } : undefined,
      };
    }
  },
});

const queryIn = (path: string | undefined): Query | undefined =>
  path ? Object.fromEntries(new URLSearchParams(path.split("?")[1])) : undefined;
