import type { Endpoints } from "@octokit/types";
import type { Page, Source } from "../streamer.ts";
import { hasNext, perPage, type Repository, statusOf } from "./client.ts";
import { commits as table } from "./tables.ts";

type Commit = Endpoints["GET /repos/{owner}/{repo}/commits"]["response"]["data"][number];

interface Place {
  /** All that this commit leads back to was given. */
  readonly head?: string;
  /** On the way from there to another commit: the page to go on with. */
  readonly walking?: { readonly to: string; readonly page: number };
}

/** docs.github.com/rest/commits: a repository without commits. */
const isEmpty = 409;
/** What a commit's name is answered with that a push by force has removed. */
const gone = [404, 422];

/**
 * The commits of the default branch that the last run's newest one does not lead back to: by their dates alone one would miss
 * those that a merge brings in late. Which pages there are does not change while they are read, for both ends are named.
 */
export const commits = (repository: Repository): Source<Place> => ({
  name: "commits",
  tables: [table],
  async *pages(place = {}) {
    try {
      yield* walk(repository, place);
    } catch (error) {
      if (place.head === undefined && place.walking === undefined) throw error;
      if (!gone.includes(statusOf(error) ?? 0)) throw error;
      yield* walk(repository, {});
    }
  },
});

async function* walk(repository: Repository, { head, walking }: Place): AsyncGenerator<Page<Place>> {
  const to = walking?.to ?? (await newest(repository));
  if (to === undefined || to === head) return;
  for (let page = walking?.page ?? 1; ; page++) {
    const { found, more } = await between(repository, head, to, page);
    const place = more ? { ...(head && { head }), walking: { to, page: page + 1 } } : { head: to };
    yield { rows: found.map(commit => [table, rowOf(commit)]), place };
    if (!more) return;
  }
}

async function newest({ client, at }: Repository): Promise<string | undefined> {
  try {
    const { data } = await client.request("GET /repos/{owner}/{repo}/commits", { ...at, per_page: 1 });
    return data[0]?.sha;
  } catch (error) {
    if (statusOf(error) === isEmpty) return undefined;
    throw error;
  }
}

async function between({ client, at }: Repository, from: string | undefined, to: string, page: number) {
  const paging = { ...at, per_page: perPage, page };
  if (from === undefined) {
    const listed = await client.request("GET /repos/{owner}/{repo}/commits", { ...paging, sha: to });
    return { found: listed.data, more: hasNext(listed.headers) };
  }
  const basehead = `${from}...${to}`;
  const compared = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
    ...paging,
    basehead,
  });
  return { found: compared.data.commits, more: hasNext(compared.headers) };
}

const rowOf = (commit: Commit) =>
  table.row({
    ...commit,
    authored_at: commit.commit.author?.date ?? null,
    committed_at: commit.commit.committer?.date ?? null,
  });
