import * as z from "zod/mini";
import type { Api } from "../check-page.ts";
import { type Client, clientOf } from "../client.ts";
import { retryingClient } from "../retrying-client.ts";
import type { Run } from "../streamer.ts";

/** A customer, an invoice and so on: apidocs.chargebee.com documents their members. */
type Resource = Readonly<Record<string, unknown>>;

interface Listed {
  readonly list: readonly Resource[];
  readonly next: string | undefined;
  /** The response's time, s since the epoch; 0 if it is not known. */
  readonly at: number;
}

/** Requests a page of a list. */
export type Ask = (parameters: Readonly<Record<string, string | number>>) => Promise<Listed>;

/** The maximum of a page. */
export const perPage = 100;

const keysPage = "https://www.chargebee.com/docs/api_keys.html";

const hints = {
  // chargebee/chargebee-ruby#66: `configuration_incompatible` means that a feature is not enabled for a site.
  400: "If it is not enabled for this site, support@chargebee.com enables it; otherwise show them the answer",
  401: `Chargebee does not know the key: set CHARGEBEE_API_KEY to one of this site, ${keysPage}`,
  403: "The key may not read this: create one with read-only access to all",
  404: "There is no such site or list: check CHARGEBEE_SITE, and CHARGEBEE_API_URL if it is set",
};

const apiPath = "/api/v2";

/** Returns a client of a site, or of `url` if given: apidocs.chargebee.com/docs/api, "Authentication". */
export function chargebeeClient(site: string, key: string, url: string | undefined, run: Run): Client {
  const { origin, pathname } = new URL(url ?? `https://${site}.chargebee.com`);
  const api: Api = {
    owner: "Chargebee",
    settings: "CHARGEBEE_SITE, or CHARGEBEE_API_URL,",
    // The setting may include the API's path.
    url: `${origin}${pathname.replace(/(\/api\/v2)?\/*$/, "")}${apiPath}`,
    hints,
  };
  const authorization = `Basic ${Buffer.from(`${key}:`).toString("base64")}`;
  return clientOf(retryingClient(run).extend({ headers: { authorization } }), api);
}

/** Returns requests for the list at `path`, whose elements are each under `item`, with `fixed` parameters. */
export function listOf(client: Client, path: string, item: string, fixed: Record<string, string>): Ask {
  const page = z.object({
    list: z.array(z.object({ [item]: z.looseObject({ id: z.string() }) })),
    next_offset: z.optional(z.string()),
  });
  return async parameters => {
    const { body, at } = await client.get(path, page, { searchParams: { ...fixed, ...parameters } });
    const list = body.list.map(each => each[item] as Resource);
    return { list, next: body.next_offset, at: Math.floor(at / 1_000) };
  };
}
