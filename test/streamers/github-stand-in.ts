import { createHash } from "node:crypto";
import type { Endpoints } from "@octokit/types";
import { type Answer, type Asked, type StandIn, startStandIn } from "./stand-in.ts";

// The structures are those of GitHub's OpenAPI description, from which these types are made.
type Commit = Endpoints["GET /repos/{owner}/{repo}/commits"]["response"]["data"][number];
type Issue = Endpoints["GET /repos/{owner}/{repo}/issues"]["response"]["data"][number];
type Pull = Endpoints["GET /repos/{owner}/{repo}/pulls"]["response"]["data"][number];
type Release = Endpoints["GET /repos/{owner}/{repo}/releases"]["response"]["data"][number];
type User = NonNullable<Issue["user"]>;

export const token = "ghp_secret";
export const repository = "octocat/hello";

/**
 * The repository's data: commits and stars in order of creation. Each commit is on top of the one before
 * it.
 */
export interface Held {
  commits: Commit[];
  issues: Issue[];
  pulls: Pull[];
  releases: Release[];
  stars: { starred_at: string; user: User }[];
  /** The maximum number of pages of stars, by default 400. */
  starPagesMax?: number;
}

const at = (second: number) =>
  new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString().replace(".000", "");

const user = (id: number): User => {
  const login = `user-${id}`;
  const url = `https://api.github.com/users/${login}`;
  return {
    login,
    id,
    node_id: `U_${id}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${id}`,
    gravatar_id: "",
    url,
    html_url: `https://github.com/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: "User",
    site_admin: false,
  };
};

const api = `https://api.github.com/repos/${repository}`;
const shaOf = (n: number) => createHash("sha1").update(`commit ${n}`).digest("hex");

export const commit = (n: number, second = n): Commit => {
  const person = { name: "Mona", email: "mona@github.com", date: at(second) };
  return {
    sha: shaOf(n),
    node_id: `C_${n}`,
    url: `${api}/commits/${shaOf(n)}`,
    html_url: `https://github.com/${repository}/commit/${shaOf(n)}`,
    comments_url: `${api}/commits/${shaOf(n)}/comments`,
    commit: {
      url: `${api}/git/commits/${shaOf(n)}`,
      author: person,
      committer: person,
      message: `Change ${n} ✓`,
      tree: { sha: shaOf(-n), url: `${api}/git/trees/${shaOf(-n)}` },
      comment_count: 0,
      verification: {
        verified: false,
        reason: "unsigned",
        payload: null,
        signature: null,
        verified_at: null,
      },
    },
    author: user(1),
    committer: null,
    parents: n === 1 ? [] : [{ sha: shaOf(n - 1), url: `${api}/commits/${shaOf(n - 1)}` }],
  };
};

export const issue = (number: number, second = number, more: Partial<Issue> = {}): Issue => ({
  id: 1_000 + number,
  node_id: `I_${number}`,
  number,
  url: `${api}/issues/${number}`,
  repository_url: api,
  labels_url: `${api}/issues/${number}/labels{/name}`,
  comments_url: `${api}/issues/${number}/comments`,
  events_url: `${api}/issues/${number}/events`,
  html_url: `https://github.com/${repository}/issues/${number}`,
  state: "open",
  title: `Issue ${number}`,
  body: null,
  user: user(2),
  labels: [
    {
      id: 1,
      node_id: "L_1",
      url: `${api}/labels/bug`,
      name: "bug",
      color: "f29513",
      default: true,
      description: null,
    },
  ],
  assignee: null,
  milestone: null,
  locked: false,
  comments: 0,
  closed_at: null,
  created_at: at(number),
  updated_at: at(second),
  author_association: "NONE",
  ...more,
});

export const pull = (number: number, second = number): Pull => {
  const { id, node_id, url, html_url, comments_url, state, title, user: author } = issue(number, second);
  const { locked, closed_at, created_at, updated_at } = issue(number, second);
  const branch = { label: "octocat:main", ref: "main", sha: shaOf(1), user: user(1) } as Pull["head"];
  return {
    ...{ id: Number(id), node_id, number, url, html_url, comments_url, state, title, user: author },
    ...{ locked, closed_at, created_at, updated_at },
    diff_url: `https://github.com/${repository}/pull/${number}.diff`,
    patch_url: `https://github.com/${repository}/pull/${number}.patch`,
    issue_url: `${api}/issues/${number}`,
    commits_url: `${api}/pulls/${number}/commits`,
    review_comments_url: `${api}/pulls/${number}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    statuses_url: `${api}/statuses/${shaOf(1)}`,
    body: "",
    labels: [],
    milestone: null,
    assignee: null,
    merged_at: at(second),
    merge_commit_sha: null,
    head: branch,
    base: branch,
    _links: {} as Pull["_links"],
    author_association: "OWNER",
    auto_merge: null,
  };
};

export const release = (id: number): Release => ({
  id,
  node_id: `R_${id}`,
  url: `${api}/releases/${id}`,
  html_url: `https://github.com/${repository}/releases/v${id}`,
  assets_url: `${api}/releases/${id}/assets`,
  upload_url: `https://uploads.github.com/repos/${repository}/releases/${id}/assets{?name,label}`,
  tarball_url: null,
  zipball_url: null,
  tag_name: `v${id}`,
  target_commitish: "main",
  name: `Version ${id}`,
  draft: false,
  prerelease: false,
  created_at: at(id),
  published_at: at(id),
  author: user(1),
  assets: [],
});

export const star = (id: number) => ({ starred_at: at(id), user: user(id) });

/** GitHub's REST API over the current data in `held`: its order, pages, links, ETags and refusals. */
export const startGithub = (held: Held): Promise<StandIn> =>
  startStandIn(asked => {
    if (asked.headers.authorization !== `token ${token}`)
      return {
        status: 401,
        body: { message: "Bad credentials", documentation_url: "https://docs.github.com/rest" },
      };
    const path = asked.path.replace(`/repos/${repository}/`, "");
    const found = listOf(held, path, asked);
    if (found === undefined) return { status: 404, body: { message: "Not Found", status: "404" } };
    if (path === "stargazers" && Number(asked.query.get("page")) > (held.starPagesMax ?? 400))
      return {
        status: 422,
        body: {
          message: "In order to keep the API fast for everyone, pagination is limited for this resource.",
        },
      };
    return pageOf(found, path, asked);
  });

function listOf(held: Held, path: string, { query }: Asked): unknown[] | undefined {
  const byUpdate = (a: { updated_at: string }, b: { updated_at: string }) =>
    a.updated_at.localeCompare(b.updated_at);
  const since = query.get("since") ?? "";
  const compared = /^compare\/(\w+)\.\.\.(\w+)$/.exec(decodeURIComponent(path));
  if (compared !== null) {
    const [from, to] = [compared[1], compared[2]].map(sha =>
      held.commits.findIndex(each => each.sha === sha),
    );
    return from === -1 || to === -1 ? undefined : held.commits.slice(from! + 1, to! + 1);
  }
  switch (path) {
    case "commits": {
      const sha = query.get("sha");
      const upTo = sha === null ? held.commits.length : held.commits.findIndex(each => each.sha === sha) + 1;
      return upTo === 0 && sha !== null ? undefined : held.commits.slice(0, upTo).reverse();
    }
    case "issues":
      return held.issues.filter(({ updated_at }) => updated_at >= since).sort(byUpdate);
    case "pulls":
      return held.pulls.toSorted(byUpdate).reverse();
    case "releases":
      return held.releases.toReversed();
    case "stargazers":
      return held.stars;
    default:
      return undefined;
  }
}

function pageOf(found: unknown[], path: string, { query, headers, origin }: Asked): Answer {
  const perPage = Number(query.get("per_page") ?? 30);
  const page = Number(query.get("page") ?? 1);
  const items = found.slice((page - 1) * perPage, page * perPage);
  const body = path.startsWith("compare/") ? { status: "ahead", commits: items } : items;
  const etag = `W/"${createHash("sha256").update(JSON.stringify(body)).digest("hex")}"`;
  if (headers["if-none-match"] === etag) return { status: 304, headers: { etag }, body: undefined };
  const next = new URLSearchParams(query);
  next.set("page", String(page + 1));
  const link = `<${origin}/repos/${repository}/${path}?${next}>; rel="next"`;
  return { headers: { etag, ...(found.length > page * perPage && { link }) }, body };
}
