import ky, { type Hooks } from "ky";
import * as z from "zod/mini";
import { type Api, records } from "../check-page.ts";
import { type Client, clientOf } from "../client.ts";
import { patient } from "../retrying-client.ts";
import type { Run } from "../streamer.ts";
import { type App, credentialsPage, renewedToken } from "./tokens.ts";

/** A valid token, or what Drift gives one for. */
export type Credentials = { readonly accessToken: string } | App;

const unauthorized = 401;

const hints = {
  401: `Drift does not know the token: set DRIFT_ACCESS_TOKEN to a valid one, ${credentialsPage}`,
  403: `The token may not read this: at https://dev.drift.com/apps give its app the scopes to read conversations, \
contacts, users and accounts (conversation_read, contact_read, user_read, …), and install it again`,
  404: "There is nothing at this address: check DRIFT_API_URL if it is set",
};

/** The page of most lists. */
export const listed = z.object({ data: records });

/**
 * A client of Drift's REST API that gets a token where it has none, and another where that one has expired.
 */
export function driftClient(url: string, credentials: Credentials, run: Run): Client {
  const api: Api = { owner: "Drift", settings: "DRIFT_API_URL", url: url.replace(/\/+$/, ""), hints };
  const http = patient(run);
  const hooks = authorizing(credentials, app => renewedToken(http, app, api, run));
  return clientOf(http.extend({ hooks }), api);
}

function authorizing(credentials: Credentials, renew: (app: App) => Promise<string>): Hooks {
  let token: Promise<string> | undefined;
  const next = async () => ("accessToken" in credentials ? credentials.accessToken : renew(credentials));
  return {
    beforeRequest: [
      async ({ headers }) => {
        token ??= next();
        headers.set("Authorization", `Bearer ${await token}`);
      },
    ],
    afterResponse: [
      (_request, { context }, { status }) => {
        if (status !== unauthorized || "accessToken" in credentials || context.hasRenewed) return undefined;
        // It has expired on the way: once more, with a new one.
        context.hasRenewed = true;
        token = undefined;
        return ky.retry({ delay: 0 });
      },
    ],
  };
}
