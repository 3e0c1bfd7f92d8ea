import * as z from "zod/mini";
import type { Source } from "../streamer.ts";
import { perPage, type Repository } from "./client.ts";
import { type ListingPlace, listing } from "./listing.ts";
import { stargazers as table } from "./tables.ts";

/** docs.github.com/rest/activity/starring: answers with the instants of the stars, too. */
const withInstants = "application/vnd.github.star+json";

const listed = z.array(z.looseObject({ starred_at: z.string(), user: z.nullable(z.looseObject({})) }));

/** Who has starred it, and when; without accounts that were deleted. */
export const stargazers = ({ client, path, log }: Repository): Source<ListingPlace> => ({
  name: "stargazers",
  tables: [table],
  pages: place =>
    listing(
      async (page, conditions) => {
        const searchParams = { per_page: perPage, page };
        const headers = { ...conditions, accept: withInstants };
        const answer = await client.get(`${path}/stargazers`, listed, { searchParams, headers });
        const rows = answer.body.flatMap(star =>
          star.user ? [[table, table.row({ user_id: star.user.id, ...star })] as const] : [],
        );
        return { rows, items: answer.body.length, headers: answer.headers };
      },
      place,
      line => log(`stargazers: ${line}`),
    ),
});
