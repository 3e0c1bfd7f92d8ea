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

interface Place {
  /** All that this commit leads back to was given. */
  readonly head?: string;
  /** On the way from there to another commit: the page to go on with. */
  readonly walking?: { readonly to: string; readonly page: number };
}

/** docs.github.com/rest/commits: a repository without commits. */
const isEmpty = 409;
/** What a commit's name is answered with that a push by force has removed. */
const gone: readonly number[] = [404, 422];
/**
 * What a comparison is answered with whose diff is too large: github-changelog-generator#920 has 500, others
 * 406, 422 and 503.
 */
const tooLarge = 406;
const serverError = 500;

/**
 * The commits of the default branch that the last run's newest one does not lead back to: by their dates
 * alone one would miss those that a merge brings in late. Which pages there are does not change while they
 * are read, for both ends are named.
 */
export const commits = (repository: Repository): Source<Place> => ({
  name: "commits",
  tables: [table],
  async *pages(place = {}) {
    const { head, walking } = place;
    const to = walking?.to ?? (await newest(repository));
    if (to === undefined || to === head) return;
    try {
      yield* walk(repository, place, to);
    } catch (error) {
      if (!canBeListed(place, statusOf(error) ?? 0)) throw error;
      const now = await newest(repository);
      if (now !== undefined) yield* walk(repository, {}, now);
    }
  },
});

/** True where what was refused at a place may be had by listing all commits again. */
const canBeListed = ({ head, walking }: Place, status: number) =>
  ((head ?? walking) !== undefined && gone.includes(status)) ||
  (head !== undefined && (status === tooLarge || status >= serverError));

/** From a place to the commit `to`. */
async function* walk(
  repository: Repository,
  { head, walking }: Place,
  to: string,
): AsyncGenerator<Page<Place>> {
  for (let page = walking?.page ?? 1; ; page++) {
    const { found, more } = await between(repository, head, to, page);
    const place = more ? { ...(head && { head }), walking: { to, page: page + 1 } } : { head: to };
    yield { rows: found.map(commit => [table, rowOf(commit)]), place };
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
