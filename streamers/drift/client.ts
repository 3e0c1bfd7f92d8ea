import ky, { type Hooks } from "ky";
import * as z from "zod/mini";
import { type Api, records } from "../check-page.ts";
import { type Client, clientOf } from "../client.ts";
import { retryingClient } from "../retrying-client.ts";
import type { Run } from "../streamer.ts";
import { type App, credentialsPage, renewToken } from "./tokens.ts";

/** A valid token, or an app that gets one. */
export type Credentials = { readonly accessToken: string } | App;

const unauthorized = 401;

const hints = {
  401: `Drift does not know the token: set DRIFT_ACCESS_TOKEN to a valid one, ${credentialsPage}`,
  403: `The token may not read this: at https://dev.drift.com/apps give its app the scopes to read \
conversations, contacts, users and accounts (conversation_read, contact_read, user_read, …), and install it \
again`,
  404: "There is nothing at this address: check DRIFT_API_URL if it is set",
};

/** A page of most lists. */
export const listed = z.object({ data: records });

/** Returns a client of Drift's REST API, which gets a token if needed and replaces an expired one. */
export function driftClient(url: string, credentials: Credentials, run: Run): Client {
  const api: Api = { owner: "Drift", settings: "DRIFT_API_URL", url: url.replace(/\/+$/, ""), hints };
  const http = retryingClient(run);
  const hooks = authorizing(credentials, app => renewToken(http, app, api, run));
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
        // The token has expired: retry with a new one.
        context.hasRenewed = true;
        token = undefined;
        return ky.retry({ delay: 0 });
      },
    ],
  };
}
