import type { Source } from "../streamer.ts";
import { perPage, type Repository } from "./client.ts";
import { type ListingPlace, listing } from "./listing.ts";
import { releases as table } from "./tables.ts";

export const releases = ({ client, at }: Repository): Source<ListingPlace> => ({
  name: "releases",
  tables: [table],
  pages: place =>
    listing(
      async (page, headers) => {
        const paging = { ...at, per_page: perPage, page, headers };
        const { data, headers: answered } = await client.request(
          "GET /repos/{owner}/{repo}/releases",
          paging,
        );
        const rows = data.map(release => [table, table.row(release)] as const);
        return { rows, items: data.length, headers: answered };
      },
      place,
      line => client.log.warn(`releases: ${line}`),
    ),
});
