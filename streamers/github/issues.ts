import type { Source } from "../streamer.ts";
import { ifChanged, perPage, type Repository, unlessMatches } from "./client.ts";
import { issues as table } from "./tables.ts";

interface Place {
  /** All that was updated before this instant was given. */
  readonly since: string;
  /** What the question for all since then was answered with last. */
  readonly etag?: string;
}

/**
 * Issues in the order of their updates. Each question is for those since the last answer's newest, and not for the next page: one
 * that is updated meanwhile moves to the end, and would draw another across a page's bound, unseen.
 */
export const issues = ({ client, at }: Repository): Source<Place> => ({
  name: "issues",
  tables: [table],
  async *pages(place) {
    let { since, etag } = place ?? {};
    for (let page = 1; ; ) {
      const asked = client.request("GET /repos/{owner}/{repo}/issues", {
        ...at,
        ...(since && { since }),
        state: "all",
        sort: "updated",
        direction: "asc",
        per_page: perPage,
        page,
        headers: unlessMatches(etag),
      });
      const answer = await ifChanged(asked);
      const last = answer?.data.at(-1)?.updated_at;
      if (answer === undefined || last === undefined) return;
      const isSame = last === since;
      const { etag: tag } = answer.headers;
      yield {
        // Pull requests are issues, too: a source of their own has them.
        rows: answer.data.flatMap(issue => (issue.pull_request ? [] : [[table, table.row(issue)] as const])),
        place: { since: last, ...(isSame && page === 1 && tag && { etag: tag }) },
      };
      if (answer.data.length < perPage) return;
      // So many of one second that they fill a page: only then the next one.
      page = isSame ? page + 1 : 1;
      since = last;
      etag = undefined;
    }
  },
});
