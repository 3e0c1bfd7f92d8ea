import Chargebee from "chargebee";
import { HTTPError } from "ky";
import * as z from "zod/mini";
import { pageIn, records } from "../page.ts";
import { patient } from "../patient.ts";
import type { Run } from "../streamer.ts";

/** A customer, an invoice, …: apidocs.chargebee.com says what each holds. */
export type Resource = Readonly<Record<string, unknown>>;

interface Listed {
  readonly list: readonly Resource[];
  readonly next: string | undefined;
  /** When Chargebee answered, s since the epoch; 0 where it does not say. */
  readonly at: number;
}

/** Asks for a list's page. */
export type Ask = (parameters: Readonly<Record<string, unknown>>) => Promise<Listed>;

/** As many as a page may hold. */
export const perPage = 100;

const api = { owner: "Chargebee", settings: "CHARGEBEE_SITE, or CHARGEBEE_API_URL," };
const listed = z.object({ list: records });
/** What a question is refused with. */
const refusal = z.looseObject({});
const serverError = 500;

/** Of the site `site`, or at `url` where that is given. */
export function clientOf(site: string, apiKey: string, url: string | undefined, run: Run): Chargebee {
  const http = patient(run);
  return new Chargebee({
    apiKey,
    ...(url === undefined ? { site } : addressOf(new URL(url))),
    // The client's own tries leave out broken connections.
    httpClient: { makeApiRequest: request => http(request).catch(answered).then(checked) },
    sdkTelemetryEnabled: false,
  });
}

const apiPath = "/api/v2";

const addressOf = ({ protocol, hostname, port, pathname }: URL) => ({
  site: hostname,
  hostSuffix: "",
  protocol: protocol === "http:" ? ("http" as const) : ("https" as const),
  // Whoever gives the API's own path means the same. The client takes any, and its types the two that Chargebee has.
  apiPath: `${pathname.replace(/(\/api\/v2)?\/*$/, "")}${apiPath}` as typeof apiPath,
  ...(port !== "" && { port: Number(port) }),
});

/** The client says itself what is wrong with a request. */
function answered(error: unknown): Response {
  if (error instanceof HTTPError) return error.response;
  throw error;
}

/** Before the client reads it, which takes any object for a list's page, and what is no JSON for a fault of its server's. */
async function checked(response: Response): Promise<Response> {
  if (response.status < serverError) await pageIn(response, response.ok ? listed : refusal, api);
  return response;
}

/** The HTTP status that a question was answered with, of what the client rejects with. */
export const statusOf = (error: unknown): number | undefined =>
  (error as { http_status_code?: number }).http_status_code;

interface Lists<Parameters> {
  list(parameters: Parameters): Promise<{
    list: object[];
    next_offset?: string;
    headers: { readonly [name: string]: string };
  }>;
}

/** Asks for what `resource` lists, each under the name `item`; `fixed` goes with each question. */
export const asking =
  <Parameters>(resource: Lists<Parameters>, item: string, fixed: object): Ask =>
  async parameters => {
    const {
      list,
      next_offset: next,
      headers,
    } = await resource.list({ ...fixed, ...parameters } as Parameters);
    return {
      list: list.map(each => (each as Record<string, Resource>)[item] ?? {}),
      next,
      at: Math.floor(Date.parse(headers.date ?? "") / 1_000) || 0,
    };
  };
