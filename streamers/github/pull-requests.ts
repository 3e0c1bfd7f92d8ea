import type { Source } from "../streamer.ts";
import { hasNext, ifChanged, ifNoneMatch, perPage, type Repository, updated } from "./client.ts";
import { pullRequests as table } from "./tables.ts";

interface Position {
  /** Everything updated before this instant was read. */
  readonly upTo?: string;
  /** The ETag of the first page when it was read. */
  readonly etag?: string;
  /** An unfinished pass from the newest down to `upTo`: what these become at its end, and the next page. */
  readonly walking?: End & { readonly page: number };
}

interface End {
  readonly upTo: string;
  readonly etag?: string;
}

const order = { state: "all", sort: "updated", direction: "desc", per_page: perPage };

/**
 * Reads pull requests from the newest update down to the last run's newest, as their listing has no
 * `since`. One that is updated in between moves to the front, where the next run finds it. Others move back
 * and are read twice, but none is skipped.
 */
export const pullRequests = ({ client, path }: Repository): Source<Position> => ({
  name: "pull_requests",
  tables: [table],
  async *pages(position = {}) {
    const { upTo, walking } = position;
    let end: End | undefined = walking && endOf(walking.upTo, walking.etag);
    for (let page = walking?.page ?? 1; ; page++) {
      const asked = client.get(`${path}/pulls`, updated, {
        searchParams: { ...order, page },
        headers: ifNoneMatch(page === 1 ? position.etag : undefined),
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
        position: more ? { ...position, walking: { ...end, page: page + 1 } } : end,
      };
      if (!more) return;
    }
  },
});

const endOf = (upTo: string | undefined, etag: string | null | undefined): End | undefined =>
  upTo === undefined ? undefined : { upTo, ...(etag && { etag }) };
