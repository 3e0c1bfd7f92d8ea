import type { Source } from "../streamer.ts";
import { perPage, type Repository } from "./client.ts";
import { type ListingPlace, listing } from "./listing.ts";
import { stargazers as table } from "./tables.ts";

/** docs.github.com/rest/activity/starring: answers with the instants of the stars, too. */
const withInstants = "application/vnd.github.star+json";

interface Stargazer {
  readonly starred_at: string;
  readonly user: { readonly id: number } | null;
}

/** Who has starred it, and when; accounts that are no more are left out. */
export const stargazers = ({ client, at }: Repository): Source<ListingPlace> => ({
  name: "stargazers",
  tables: [table],
  pages: place =>
    listing(
      async (page, conditions) => {
        const headers = { ...conditions, accept: withInstants };
        const paging = { ...at, per_page: perPage, page, headers };
        const answer = await client.request("GET /repos/{owner}/{repo}/stargazers", paging);
        const found = answer.data as unknown as Stargazer[];
        const rows = found.flatMap(star =>
          star.user ? [[table, table.row({ user_id: star.user.id, ...star })] as const] : [],
        );
        return { rows, items: found.length, headers: answer.headers };
      },
      place,
      line => client.log.warn(`stargazers: ${line}`),
    ),
});
