import type * as z from "zod/mini";
import type { Page, Source } from "../streamer.ts";
import { ifChanged, ifNoneMatch, perPage, type Repository, updated } from "./client.ts";
import { issues as table } from "./tables.ts";

type Issue = z.output<typeof updated>[number];

interface Position {
  /** Everything updated before this instant was read. */
  readonly since: string;
  /** The ETag of the last request for everything since then, if it fit on one page. */
  readonly etag?: string;
}

/**
 * Reads issues in the order of their updates. Each request is for those since the last page's newest, not for
 * the next page: an issue that is updated in between moves to the end, and would move another across a page's
 * boundary, unseen.
 */
export const issues = (repository: Repository): Source<Position> => ({
  name: "issues",
  tables: [table],
  async *pages(position) {
    let { since, etag } = position ?? {};
    for (;;) {
      const answer = await ifChanged(ask(repository, since, 1, etag));
      const last = answer?.body.at(-1)?.updated_at;
      if (answer === undefined || last === undefined) return;
      const isSame = last === since;
      const isFull = answer.body.length === perPage;
      const tag = answer.headers.get("etag");
      // The ETag of a full page says nothing about the next pages.
      const position = { since: last, ...(isSame && !isFull && tag && { etag: tag }) };
      yield { rows: rowsOf(answer.body), position };
      if (!isFull) return;
      etag = undefined;
      since = isSame ? yield* restOfSecond(repository, last, answer.body) : last;
      if (since === undefined) return;
    }
  },
});

/**
 * Reads what follows `first`, a full page of issues of the second `since`: page by page to the second's
 * end, and then back to the first page. The way back finds issues that moved across a boundary on the way
 * there, because issues only move to the front until they leave for the end. Returns the newest update that
 * was read; undefined if nothing follows it.
 */
async function* restOfSecond(
  repository: Repository,
  since: string,
  first: readonly Issue[],
): AsyncGenerator<Page<Position>, string | undefined> {
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
    yield { rows, position: { since } };
    last = body.at(-1)?.updated_at ?? since;
    isFull = body.length === perPage;
  } while (isFull && last === since);
  while (--page > 0) {
    const { rows } = await unseen(page);
    yield { rows, position: { since: page === 1 ? last : since } };
  }
  return isFull ? last : undefined;
}

const order = { state: "all", sort: "updated", direction: "asc", per_page: perPage };

const ask = ({ client, path }: Repository, since: string | undefined, page: number, etag?: string) =>
  client.get(`${path}/issues`, updated, {
    searchParams: { ...(since && { since }), ...order, page },
    headers: ifNoneMatch(etag),
  });

/** GitHub lists pull requests as issues as well; they have a source of their own. */
const rowsOf = (found: readonly Issue[]) =>
  found.flatMap(issue => (issue.pull_request ? [] : [[table, table.row(issue)] as const]));
