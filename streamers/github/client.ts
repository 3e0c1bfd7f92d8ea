import * as z from "zod/mini";
import type { Api } from "../check-page.ts";
import { type Client, clientOf } from "../client.ts";
import { statusOf } from "../refusal.ts";
import { retryAfter, retryingClient } from "../retrying-client.ts";
import type { Run } from "../streamer.ts";

export interface Repository {
  readonly client: Client;
  /** The beginning of its listings' paths. */
  readonly path: string;
  log(line: string): void;
}

export const perPage = 100;

/** A page of a listing: records that were updated, each at its instant. */
export const updated = z.array(z.looseObject({ updated_at: z.string() }));

const tokensPage = "https://github.com/settings/tokens";

const hints = {
  401: `GitHub does not know the token: set GITHUB_ACCESS_TOKEN to a valid one, ${tokensPage}`,
  403: `The token may not read this: give it the scope repo, or read access to contents, issues, \
pull requests and metadata, ${tokensPage}`,
  404: `There is no such repository or listing, or the token may not see it: check GITHUB_REPO_PATH, \
the token's scope, and GITHUB_API_URL if it is set`,
  410: "GitHub has nothing here: it was switched off in the repository's settings",
};

/**
 * github.com/dust-tt/dust/pull/10314 and cli/cli#178: 410, `Issues are disabled for this repo`. Any other 410
 * means that an API was removed.
 */
const gone = 410;
const saysEmpty = (status: number, words: string) => status === gone && /\bdisabled\b/i.test(words);

/**
 * Returns a repository with a client of GitHub's REST API that obeys the primary and secondary rate limits.
 */
export function repositoryOf(token: string, at: string, url: string, run: Run): Repository {
  const api: Api = { owner: "GitHub", settings: "GITHUB_API_URL", url, hints, saysEmpty };
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `token ${token}`,
    "user-agent": "persister",
  };
  const http = retryingClient(run, rateLimit).extend({ headers });
  return { client: clientOf(http, api), path: `repos/${at}`, log: run.log };
}

const limits: readonly number[] = [403, 429];
/** The shortest duration of the secondary limit. */
const secondarySeconds = 60;

/**
 * docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api, "Handle rate limit errors
 * appropriately".
 */
async function rateLimit(response: Response, attempts: number): Promise<number | undefined> {
  const { status, headers } = response;
  const seconds = retryAfter(response, [...limits, 503]);
  if (seconds !== undefined || !limits.includes(status)) return seconds;
  if (headers.get("x-ratelimit-remaining") === "0") return untilReset(headers);
  if (status === 403 && !/\bsecondary rate\b/i.test(await response.text())) return undefined;
  return secondarySeconds * 2 ** (attempts - 1);
}

/** One second more, because the limit ends within the named second. */
const untilReset = (headers: Headers) =>
  Math.max(0, Number(headers.get("x-ratelimit-reset")) - Date.now() / 1_000) + 1;

const notModified = 304;

/**
 * Resolves to the response of a conditional request; to undefined if nothing has changed, which does not
 * count against the rate limit.
 */
export const ifChanged = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (statusOf(error) === notModified) return undefined;
    throw error;
  });

export const ifNoneMatch = (etag: string | undefined): Record<string, string> =>
  etag ? { "if-none-match": etag } : {};

export const hasNext = (headers: Headers) => headers.get("link")?.includes('rel="next"') ?? false;
