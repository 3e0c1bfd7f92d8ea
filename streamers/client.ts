import { HTTPError, isForceRetryError, type KyInstance, type Options, TimeoutError } from "ky";
import type * as z from "zod/mini";
import { type Api, pageIn } from "./check-page.ts";
import { refusalOf } from "./refusal.ts";
import { ConnectionFailed, reasonOf } from "./retrying-client.ts";

interface Answer<Body> {
  readonly body: Body;
  readonly headers: Headers;
  /** When the vendor answered, ms since the epoch; 0 where it does not say. */
  readonly at: number;
}

/** A vendor's API, as its pages. */
export interface Client {
  /**
   * Asks for a page, of which only what `page` says is checked. Rejects with Refusal, Stray or Unreachable.
   */
  get<Page extends z.ZodMiniType>(
    path: string,
    page: Page,
    options?: Pick<Options, "searchParams" | "headers">,
  ): Promise<Answer<z.output<Page>>>;
}

/** There was no answer, try after try. */
class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export const clientOf = (http: KyInstance, api: Api): Client => ({
  async get(path, page, options = {}) {
    const response = await answered(http.get(`${api.url}/${path}`, options), api);
    const { headers } = response;
    const body = await pageIn(response, page, api);
    return { body, headers, at: Date.parse(headers.get("date") ?? "") || 0 };
  },
});

/** What ky resolves to; its failures in our words. */
export const answered = (asked: Promise<Response>, api: Api): Promise<Response> =>
  asked.catch(async (error: unknown) => {
    if (error instanceof HTTPError) throw await refusalOf(error.response, api);
    if (isUnanswered(error)) throw unreachable(error, api);
    throw error;
  });

/** The last try of several may have been one that was to be repeated. */
const isUnanswered = (error: unknown): error is Error =>
  error instanceof TimeoutError || error instanceof ConnectionFailed || isForceRetryError(error);

const unreachable = (cause: Error, { owner, url, settings }: Api) =>
  new Unreachable(
    `${new URL(url).origin} gave no answer: ${reasonOf(cause)}
Check ${settings} and the network; ${owner} may be down`,
    { cause },
  );
