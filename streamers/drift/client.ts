import { HTTPError, type KyInstance } from "ky";
import * as z from "zod/mini";
import { pageIn, records } from "../page.ts";
import { patient } from "../patient.ts";
import type { Run } from "../streamer.ts";

/** A token that is alive, or what Drift gives one for: devdocs.drift.com/docs/authentication-and-scopes. */
export type Credentials = { readonly accessToken: string } | App;

interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

/** What Drift sends is taken for a `T` once it is `page`. Rejects with ky's HTTPError, or Stray. */
export interface Drift {
  get<T>(path: string, page: z.ZodMiniType, query?: Readonly<Record<string, string>>): Promise<Answer<T>>;
}

interface Answer<T> {
  readonly body: T;
  /** When Drift answered, ms since the epoch; 0 where it does not say. */
  readonly at: number;
}

const unauthorized = 401;

const api = { owner: "Drift", settings: "DRIFT_API_URL" };
/** The page of most lists. */
export const listed = z.object({ data: records });
const tokens = z.object({ accessToken: z.string() });

/** A client of Drift's REST API that waits where a rate limit says so, and gets a token where it has none that is good. */
export function clientOf(url: string, credentials: Credentials, run: Run): Drift {
  const base = patient(run).extend({ prefixUrl: url });
  let held = credentials;
  const newToken = async () => {
    if ("accessToken" in held) return held.accessToken;
    const { accessToken, refreshToken = held.refreshToken } = await tokensFor(base, held);
    // What asks for the next one may be new as well, and the old one dead.
    held = { ...held, refreshToken };
    return accessToken;
  };
  let token: Promise<string> | undefined;
  const http = base.extend({
    hooks: {
      beforeRequest: [
        async request => {
          token ??= newToken();
          request.headers.set("Authorization", `Bearer ${await token}`);
        },
      ],
      afterResponse: [
        async (request, _options, response) => {
          if (response.status !== unauthorized || "accessToken" in credentials) return undefined;
          // It has expired on the way: once more, with a new one.
          token = newToken();
          const headers = new Headers(request.headers);
          headers.set("Authorization", `Bearer ${await token}`);
          return base(new Request(request, { headers }), { prefixUrl: "" });
        },
      ],
    },
  });
  return {
    async get<T>(path: string, page: z.ZodMiniType, query: Readonly<Record<string, string>> = {}) {
      const response = await http.get(path, { searchParams: query });
      const body = await pageIn<T>(response, page, api);
      return { body, at: Date.parse(response.headers.get("date") ?? "") || 0 };
    },
  };
}

async function tokensFor(http: KyInstance, app: App) {
  const asked = { json: { ...app, grantType: "refresh_token" }, retry: { methods: ["post" as const] } };
  const response = await http.post("oauth2/token", asked);
  return await pageIn<{ accessToken: string; refreshToken?: string }>(response, tokens, api);
}

/** The HTTP status that a request failed with. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof HTTPError ? error.response.status : undefined;
