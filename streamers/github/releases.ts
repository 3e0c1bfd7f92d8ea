import { records } from "../check-page.ts";
import type { Source } from "../streamer.ts";
import { perPage, type Repository } from "./client.ts";
import { type ListingPosition, readListing } from "./listing.ts";
import { releases as table } from "./tables.ts";

export const releases = ({ client, path, log }: Repository): Source<ListingPosition> => ({
  name: "releases",
  tables: [table],
  pages: position =>
    readListing(
      async (page, headers) => {
        const searchParams = { per_page: perPage, page };
        const answer = await client.get(`${path}/releases`, records, { searchParams, headers });
        const rows = answer.body.map(release => [table, table.row(release)] as const);
        return { rows, items: answer.body.length, headers: answer.headers };
      },
      position,
      line => log(`releases: ${line}`),
    ),
});
