import type { KyInstance } from "ky";
import * as z from "zod/mini";
import { type Api, pageIn } from "../check-page.ts";
import { answered } from "../client.ts";
import type { CredentialStore } from "../credential-store.ts";
import { Refusal } from "../refusal.ts";
import type { Run } from "../streamer.ts";
import { uninterrupted } from "../uninterrupted.ts";

/** What Drift gives an access token for that is valid for two hours. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the refresh token is kept, which each use renews. */
  readonly refreshToken: CredentialStore;
}

export const credentialsPage = "https://devdocs.drift.com/docs/authentication-and-scopes";

const tokens = z.object({ accessToken: z.string(), refreshToken: z.optional(z.string()) });

/**
 * An access token, once the refresh token that was answered with it is stored: the one before it is dead by
 * then. Where Drift does not know the stored one, another run may have renewed it a moment ago: then the one
 * which that run stores.
 */
export async function renewedToken(http: KyInstance, app: App, api: Api, run: Run): Promise<string> {
  const { refreshToken: store } = app;
  for (let current = await store.read(); ; ) {
    const answer = await uninterrupted(() => exchangeAndStore(http, app, current, api));
    if (typeof answer === "string") return answer;
    const other = await otherThan(current, store, run);
    if (other === undefined) throw deadToken(answer, store);
    current = other;
  }
}

/** An access token, or a refusal of the refresh token. */
async function exchangeAndStore(http: KyInstance, app: App, current: string, api: Api) {
  const answer = await exchange(http, app, current, api);
  if (answer instanceof Refusal) return answer;
  const { accessToken, refreshToken = current } = answer;
  if (refreshToken !== current) await app.refreshToken.write(refreshToken);
  return accessToken;
}

/** RFC 6749, 5.2, has 400 and 401 for a token or a client that is not known. */
const unknown: readonly number[] = [400, 401, 403];

/** Resolves to a refusal of the token or the app; rejects with others. */
async function exchange(http: KyInstance, app: App, refreshToken: string, api: Api) {
  const { clientId, clientSecret } = app;
  const asked = {
    json: { clientId, clientSecret, refreshToken, grantType: "refresh_token" },
    retry: { methods: ["post" as const] },
  };
  try {
    return await pageIn(await answered(http.post(`${api.url}/oauth2/token`, asked), api), tokens, api);
  } catch (error) {
    if (error instanceof Refusal && unknown.includes(error.status)) return error;
    throw error;
  }
}

/** How often the store is read for what another run may be about to write, at intervals of a second. */
const readsMax = 5;

/** Undefined where the store keeps `dead`. */
async function otherThan(dead: string, store: CredentialStore, { second }: Run): Promise<string | undefined> {
  for (let reads = 1; ; reads++) {
    const stored = await store.read();
    if (stored !== dead) return stored;
    if (!store.isShared || reads === readsMax) return undefined;
    await new Promise(resolve => setTimeout(resolve, second));
  }
}

/** Whatever its status, no source can be read. */
const deadToken = ({ message, status }: Refusal, { place }: CredentialStore) =>
  new Refusal(
    `${message.split("\n")[0]}
Drift does not know the app, or not its refresh token any more: each is valid for one use, and a run that is \
killed before it has stored the next one loses it
Check DRIFT_CLIENT_ID and DRIFT_CLIENT_SECRET; if they are right, install the app again, and set ${place} \
to the new refresh token: ${credentialsPage}`,
    status,
    "run",
  );
