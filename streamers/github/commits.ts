import * as z from "zod/mini";
import { statusOf } from "../refusal.ts";
import type { Page, Source } from "../streamer.ts";
import { hasNext, perPage, type Repository } from "./client.ts";
import { commits as table } from "./tables.ts";

const signature = z.nullish(z.looseObject({ date: z.optional(z.string()) }));
const commit = z.looseObject({
  sha: z.string(),
  commit: z.looseObject({ author: signature, committer: signature }),
});
const listed = z.array(commit);
const compared = z.object({ commits: listed });

interface Position {
  /** All ancestors of this commit were read. */
  readonly head?: string;
  /** An unfinished pass from `head` to another commit, and its next page. */
  readonly walking?: { readonly to: string; readonly page: number };
}

/** docs.github.com/rest/commits: a repository without commits. */
const isEmpty = 409;
/** The statuses for a commit that a force push has removed. */
const gone: readonly number[] = [404, 422];
/**
 * The status for a comparison whose diff is too large: github-changelog-generator#920 reports 500, others
 * 406, 422 and 503.
 */
const tooLarge = 406;
const serverError = 500;

/**
 * Reads the default branch's commits that are not ancestors of the last run's newest one. By date alone, a
 * run would miss commits that are merged late. The pages are stable while they are read, as both ends are
 * named.
 */
export const commits = (repository: Repository): Source<Position> => ({
  name: "commits",
  tables: [table],
  async *pages(position = {}) {
    const { head, walking } = position;
    const to = walking?.to ?? (await newest(repository));
    if (to === undefined || to === head) return;
    try {
      yield* walk(repository, position, to);
    } catch (error) {
      if (!canBeListed(position, statusOf(error) ?? 0)) throw error;
      const now = await newest(repository);
      if (now !== undefined) yield* walk(repository, {}, now);
    }
  },
});

/** Returns whether listing all commits again can replace what was refused at a position. */
const canBeListed = ({ head, walking }: Position, status: number) =>
  ((head ?? walking) !== undefined && gone.includes(status)) ||
  (head !== undefined && (status === tooLarge || status >= serverError));

/** Reads from a position to the commit `to`. */
async function* walk(
  repository: Repository,
  { head, walking }: Position,
  to: string,
): AsyncGenerator<Page<Position>> {
  for (let page = walking?.page ?? 1; ; page++) {
    const { found, more } = await between(repository, head, to, page);
    const position = more ? { ...(head && { head }), walking: { to, page: page + 1 } } : { head: to };
    yield { rows: found.map(commit => [table, rowOf(commit)]), position };
    if (!more) return;
  }
}

async function newest({ client, path }: Repository): Promise<string | undefined> {
  try {
    const { body } = await client.get(`${path}/commits`, listed, { searchParams: { per_page: 1 } });
    return body[0]?.sha;
  } catch (error) {
    if (statusOf(error) === isEmpty) return undefined;
    throw error;
  }
}

async function between({ client, path }: Repository, from: string | undefined, to: string, page: number) {
  const paging = { per_page: perPage, page };
  if (from === undefined) {
    const { body, headers } = await client.get(`${path}/commits`, listed, {
      searchParams: { ...paging, sha: to },
    });
    return { found: body, more: hasNext(headers) };
  }
  const { body, headers } = await client.get(`${path}/compare/${from}...${to}`, compared, {
    searchParams: paging,
  });
  return { found: body.commits, more: hasNext(headers) };
}

const rowOf = (commit: z.output<typeof listed>[number]) =>
  table.row({
    ...commit,
    authored_at: commit.commit.author?.date ?? null,
    committed_at: commit.commit.committer?.date ?? null,
  });
