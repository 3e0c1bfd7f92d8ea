import type * as z from "zod/mini";
import type { Page, Source } from "../streamer.ts";
import { ifChanged, perPage, type Repository, unlessMatches, updated } from "./client.ts";
import { issues as table } from "./tables.ts";

type Issue = z.output<typeof updated>[number];

interface Place {
  /** All that was updated before this instant was given. */
  readonly since: string;
  /** What the question for all since then was answered with last, where one page held them all. */
  readonly etag?: string;
}

/**
 * Issues in the order of their updates. Each question is for those since the last answer's newest, and not
 * for the next page: one that is updated meanwhile moves to the end, and would draw another across a page's
 * bound, unseen.
 */
export const issues = (repository: Repository): Source<Place> => ({
  name: "issues",
  tables: [table],
  async *pages(place) {
    let { since, etag } = place ?? {};
    for (;;) {
      const answer = await ifChanged(ask(repository, since, 1, etag));
      const last = answer?.body.at(-1)?.updated_at;
      if (answer === undefined || last === undefined) return;
      const isSame = last === since;
      const isFull = answer.body.length === perPage;
      const tag = answer.headers.get("etag");
      // A full page's says nothing of those that follow it.
      const place = { since: last, ...(isSame && !isFull && tag && { etag: tag }) };
      yield { rows: rowsOf(answer.body), place };
      if (!isFull) return;
      etag = undefined;
      since = isSame ? yield* restOfSecond(repository, last, answer.body) : last;
      if (since === undefined) return;
    }
  },
});

/**
 * What follows `first`, a page full of issues of the second `since`: page by page to the second's end, and
 * then back to the first page. On the way back none is missed that was drawn across a bound on the way there,
 * for issues only ever move towards the front before they leave for the end. Returns the newest that was
 * read, unless nothing follows it.
 */
async function* restOfSecond(
  repository: Repository,
  since: string,
  first: readonly Issue[],
): AsyncGenerator<Page<Place>, string | undefined> {
  const seen = new Set(first.map(({ id }) => String(id)));
  const unseen = async (page: number) => {
    const { body } = await ask(repository, since, page);
    const fresh = body.filter(({ id }) => !seen.has(String(id)));
    for (const { id } of fresh) seen.add(String(id));
    return { body, rows: rowsOf(fresh) };
  };
  let page = 1;
  let last: string;
  let isFull: boolean;
  do {
    const { body, rows } = await unseen(++page);
    yield { rows, place: { since } };
    last = body.at(-1)?.updated_at ?? since;
    isFull = body.length === perPage;
  } while (isFull && last === since);
  while (--page > 0) {
    const { rows } = await unseen(page);
    yield { rows, place: { since: page === 1 ? last : since } };
  }
  return isFull ? last : undefined;
}

const order = { state: "all", sort: "updated", direction: "asc", per_page: perPage };

const ask = ({ client, path }: Repository, since: string | undefined, page: number, etag?: string) =>
  client.get(`${path}/issues`, updated, {
    searchParams: { ...(since && { since }), ...order, page },
    headers: unlessMatches(etag),
  });

/** Pull requests are issues, too: a source of their own has them. */
const rowsOf = (found: readonly Issue[]) =>
  found.flatMap(issue => (issue.pull_request ? [] : [[table, table.row(issue)] as const]));
