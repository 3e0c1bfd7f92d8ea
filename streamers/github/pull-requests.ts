import type { Source } from "../streamer.ts";
import { hasNext, ifChanged, perPage, type Repository, unlessMatches, updated } from "./client.ts";
import { pullRequests as table } from "./tables.ts";

interface Place {
  /** All that was updated before this instant was given. */
  readonly upTo?: string;
  /** Of the first page, when it was read. */
  readonly etag?: string;
  /** On the way from the newest down to there: what these become at the end, and the page to go on with. */
  readonly walking?: End & { readonly page: number };
}

interface End {
  readonly upTo: string;
  readonly etag?: string;
}

const order = { state: "all", sort: "updated", direction: "desc", per_page: perPage };

/**
 * Pull requests from the newest update down to the last run's newest: their listing knows no `since`. One
 * that is updated meanwhile moves to the front, where the next run finds it, and moves others back: they come
 * twice, none is passed over.
 */
export const pullRequests = ({ client, path }: Repository): Source<Place> => ({
  name: "pull_requests",
  tables: [table],
  async *pages(place = {}) {
    const { upTo, walking } = place;
    let end: End | undefined = walking && endOf(walking.upTo, walking.etag);
    for (let page = walking?.page ?? 1; ; page++) {
      const asked = client.get(`${path}/pulls`, updated, {
        searchParams: { ...order, page },
        headers: unlessMatches(page === 1 ? place.etag : undefined),
      });
      const answer = await ifChanged(asked);
      if (answer === undefined) return;
      const { body, headers } = answer;
      end ??= endOf(body[0]?.updated_at, headers.get("etag"));
      if (end === undefined) return;
      const fresh = body.filter(({ updated_at }) => upTo === undefined || updated_at >= upTo);
      const more = hasNext(headers) && fresh.length === body.length;
      yield {
        rows: fresh.map(pull => [table, table.row(pull)]),
        place: more ? { ...place, walking: { ...end, page: page + 1 } } : end,
      };
      if (!more) return;
    }
  },
});

const endOf = (upTo: string | undefined, etag: string | null | undefined): End | undefined =>
  upTo === undefined ? undefined : { upTo, ...(etag && { etag }) };
