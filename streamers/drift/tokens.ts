import type { KyInstance } from "ky";
import * as z from "zod/mini";
import { type Api, readPage } from "../check-page.ts";
import { translateErrors } from "../client.ts";
import type { CredentialStore } from "../credential-store.ts";
import { Refusal } from "../refusal.ts";
import type { Run } from "../streamer.ts";
import { withoutInterruption } from "../without-interruption.ts";

/** An app, which can get access tokens that are valid for two hours. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The store of the refresh token, which each use renews. */
  readonly refreshToken: CredentialStore;
}

export const credentialsPage = "https://devdocs.drift.com/docs/authentication-and-scopes";

const tokens = z.object({ accessToken: z.string(), refreshToken: z.optional(z.string()) });

/**
 * Gets an access token. Resolves after the new refresh token is stored, as the previous one is no longer
 * valid. If Drift refuses the stored token, another run may have just renewed it: waits for the token which
 * that run stores.
 */
export async function renewToken(http: KyInstance, app: App, api: Api, run: Run): Promise<string> {
  const { refreshToken: store } = app;
  for (let current = await store.read(); ; ) {
    const answer = await withoutInterruption(() => exchangeAndStore(http, app, current, api));
    if (typeof answer === "string") return answer;
    const other = await waitForOther(current, store, run);
    if (other === undefined) throw deadToken(answer, store);
    current = other;
  }
}

/** Resolves to an access token, or to a refusal of the refresh token. */
async function exchangeAndStore(http: KyInstance, app: App, current: string, api: Api) {
  const answer = await requestToken(http, app, current, api);
  if (answer instanceof Refusal) return answer;
  const { accessToken, refreshToken = current } = answer;
  if (refreshToken !== current) await app.refreshToken.write(refreshToken);
  return accessToken;
}

/** RFC 6749, 5.2, defines 400 and 401 for an unknown token or client. */
const unknown: readonly number[] = [400, 401, 403];

/** Resolves to a refusal of the token or the app; rejects with others. */
async function requestToken(http: KyInstance, app: App, refreshToken: string, api: Api) {
  const { clientId, clientSecret } = app;
  const asked = {
    json: { clientId, clientSecret, refreshToken, grantType: "refresh_token" },
    retry: { methods: ["post" as const] },
  };
  try {
    return await readPage(
      await translateErrors(http.post(`${api.url}/oauth2/token`, asked), api),
      tokens,
      api,
    );
  } catch (error) {
    if (error instanceof Refusal && unknown.includes(error.status)) return error;
    throw error;
  }
}

/** How often the store is read, once a second, for a token that another run may be about to store. */
const readsMax = 5;

/** Resolves to a token other than `dead`; to undefined if the store keeps `dead`. */
async function waitForOther(
  dead: string,
  store: CredentialStore,
  { second }: Run,
): Promise<string | undefined> {
  for (let reads = 1; ; reads++) {
    const stored = await store.read();
    if (stored !== dead) return stored;
    if (!store.isShared || reads === readsMax) return undefined;
    await new Promise(resolve => setTimeout(resolve, second));
  }
}

/** With any status, no source can be read. */
const deadToken = ({ message, status }: Refusal, { place }: CredentialStore) =>
  new Refusal(
    `${message.split("\n")[0]}
Drift does not know the app, or no longer knows its refresh token: each is valid for one use, and a run that \
is killed before it has stored the next one loses it
Check DRIFT_CLIENT_ID and DRIFT_CLIENT_SECRET; if they are right, install the app again, and set ${place} \
to the new refresh token: ${credentialsPage}`,
    status,
    "run",
  );
