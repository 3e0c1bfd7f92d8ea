import { HTTPError, isForceRetryError, type KyInstance, type Options, TimeoutError } from "ky";
import type * as z from "zod/mini";
import { type Api, readPage } from "./check-page.ts";
import { refusalOf } from "./refusal.ts";
import { ConnectionFailed, reasonOf } from "./retrying-client.ts";

interface Answer<Body> {
  readonly body: Body;
  readonly headers: Headers;
  /** The response's `Date`, ms since the epoch; 0 without one. */
  readonly at: number;
}

/** A client of a vendor's API. */
export interface Client {
  /** Requests a page, which has to match `page`. Rejects with Refusal, UnexpectedResponse or Unreachable. */
  get<Page extends z.ZodMiniType>(
    path: string,
    page: Page,
    options?: Pick<Options, "searchParams" | "headers">,
  ): Promise<Answer<z.output<Page>>>;
}

/** No attempt got a response. */
class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export const clientOf = (http: KyInstance, api: Api): Client => ({
  async get(path, page, options = {}) {
    const response = await translateErrors(http.get(`${api.url}/${path}`, options), api);
    const { headers } = response;
    const body = await readPage(response, page, api);
    return { body, headers, at: Date.parse(headers.get("date") ?? "") || 0 };
  },
});

/** Resolves as `asked` does. Replaces ky's errors with Refusal, UnexpectedResponse or Unreachable. */
export const translateErrors = (asked: Promise<Response>, api: Api): Promise<Response> =>
  asked.catch(async (error: unknown) => {
    if (error instanceof HTTPError) throw await refusalOf(error.response, api);
    if (isUnanswered(error)) throw unreachable(error, api);
    throw error;
  });

/** After the last attempt, ky may reject with its own request to retry. */
const isUnanswered = (error: unknown): error is Error =>
  error instanceof TimeoutError || error instanceof ConnectionFailed || isForceRetryError(error);

const unreachable = (cause: Error, { owner, url, settings }: Api) =>
  new Unreachable(
    `${new URL(url).origin} gave no answer: ${reasonOf(cause)}
Check ${settings} and the network; ${owner} may be down`,
    { cause },
  );
