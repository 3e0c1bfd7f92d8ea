import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import * as z from "zod/mini";
import { checkPage, records } from "../page.ts";
import { fetchWhole } from "../patient.ts";
import type { Run } from "../streamer.ts";

const Client = Octokit.plugin(retry, throttling);

export interface Repository {
  readonly client: Octokit;
  /** The path's parts, as each request names them. */
  readonly at: { readonly owner: string; readonly repo: string };
}

export const perPage = 100;

const api = { owner: "GitHub", settings: "GITHUB_API_URL" };
/** What a comparison of commits is answered with; all else that is asked for is a list. */
const compared = z.object({ commits: records });

/** What no second try mends; an empty repository's 409 among it. */
const hopeless = [400, 401, 404, 409, 410, 422, 451];
/** The plugin for rate limits is the one to try again. */
const limited = [403, 429];

/**
 * A client of GitHub's REST API that waits for as long as the primary and the secondary rate limit say, and tries thrice more what fails
 * otherwise.
 */
export function clientOf(token: string, baseUrl: string, { log, second, timeout }: Run): Octokit {
  const wait = (limit: string) => (seconds: number) => {
    log(`the ${limit} rate limit is reached: going on in ${seconds} s`);
    return true;
  };
  const silent = () => {};
  const client = new Client({
    auth: token,
    baseUrl,
    userAgent: "persister",
    request: {
      // Octokit takes a body that breaks off for an empty one, and waits for ever for one that does not come.
      fetch: (url: string, init: RequestInit) =>
        fetchWhole(url, { ...init, signal: AbortSignal.timeout(timeout) }),
    },
    retry: { retryAfterBaseValue: second, doNotRetry: [...hopeless, ...limited] },
    throttle: {
      onRateLimit: wait("primary"),
      onSecondaryRateLimit: wait("secondary"),
      retryAfterBaseValue: second,
    },
    log: { debug: silent, info: silent, warn: log, error: silent },
  });
  client.hook.after("request", ({ url, status, data: body }, asked) =>
    checkPage(asked.url.includes("/compare/") ? compared : records, { url, status, body }, api),
  );
  return client;
}

/** The HTTP status that a request failed with. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;

const notModified = 304;

/** What a conditional request is answered with; undefined where nothing has changed, which does not count for the rate limit. */
export const ifChanged = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (statusOf(error) === notModified) return undefined;
    throw error;
  });

export const unlessMatches = (etag: string | undefined): Record<string, string> =>
  etag ? { "if-none-match": etag } : {};

export const hasNext = (headers: { readonly link?: string | undefined }) =>
  headers.link?.includes('rel="next"') ?? false;
