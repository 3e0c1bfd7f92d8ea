import * as z from "zod/mini";
import type { Source } from "../streamer.ts";
import { perPage, type Repository } from "./client.ts";
import { type ListingPosition, readListing } from "./listing.ts";
import { stargazers as table } from "./tables.ts";

/** docs.github.com/rest/activity/starring: this media type includes the time of each star. */
const withInstants = "application/vnd.github.star+json";

const listed = z.array(z.looseObject({ starred_at: z.string(), user: z.nullable(z.looseObject({})) }));

/** Reads who has starred the repository, and when, without deleted accounts. */
export const stargazers = ({ client, path, log }: Repository): Source<ListingPosition> => ({
  name: "stargazers",
  tables: [table],
  pages: position =>
    readListing(
      async (page, conditions) => {
        const searchParams = { per_page: perPage, page };
        const headers = { ...conditions, accept: withInstants };
        const answer = await client.get(`${path}/stargazers`, listed, { searchParams, headers });
        const rows = answer.body.flatMap(star =>
          star.user ? [[table, table.row({ user_id: star.user.id, ...star })] as const] : [],
        );
        return { rows, items: answer.body.length, headers: answer.headers };
      },
      position,
      line => log(`stargazers: ${line}`),
    ),
});
