import * as z from "zod/mini";
import { accounts } from "./drift/accounts.ts";
import { type Credentials, clientOf, type Drift, listed, statusOf } from "./drift/client.ts";
import { conversations } from "./drift/conversations.ts";
import { inboxes, users } from "./drift/tables.ts";
import { program } from "./program.ts";
import { address, type Source, streamer, Unsettled } from "./streamer.ts";
import type { Table } from "./table.ts";

const byStatus = {
  401: "Drift does not know the token: set DRIFT_ACCESS_TOKEN, or DRIFT_REFRESH_TOKEN and its client, anew",
  403: "the token may not read this: give its app the scopes for contacts, conversations, users and accounts",
  404: "there is nothing at this address: check DRIFT_API_URL if it is set",
};

const optional = (about: string) => z.optional(z.string()).check(z.describe(about));

/** Inboxes, users, accounts, and conversations with their messages and contacts. */
export const drift = streamer({
  name: "drift",
  about: "Streams Drift's inboxes, users, accounts, and conversations with their messages and contacts.",
  environment: z.object({
    DRIFT_ACCESS_TOKEN: optional("a token; or, in its place, these three:"),
    DRIFT_CLIENT_ID: optional("an app's"),
    DRIFT_CLIENT_SECRET: optional("the app's"),
    DRIFT_REFRESH_TOKEN: optional("what the app's installation was answered with"),
    DRIFT_API_URL: z._default(address, "https://driftapi.com").check(z.describe("another than Drift's own")),
  }),
  sources({ DRIFT_API_URL: url, ...given }, run) {
    const client = clientOf(url, credentialsOf(given), run);
    return [
      all(inboxes, client, "inboxes"),
      all(users, client, "users/list"),
      accounts(client),
      conversations(client),
    ];
  },
  mends: { byStatus, statusOf },
});

function credentialsOf(given: Record<string, string | undefined>): Credentials {
  const { DRIFT_ACCESS_TOKEN: accessToken, DRIFT_CLIENT_ID: clientId } = given;
  const { DRIFT_CLIENT_SECRET: clientSecret, DRIFT_REFRESH_TOKEN: refreshToken } = given;
  if (accessToken !== undefined) return { accessToken };
  if (clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined)
    return { clientId, clientSecret, refreshToken };
  throw new Unsettled(
    "set DRIFT_ACCESS_TOKEN, or DRIFT_CLIENT_ID, DRIFT_CLIENT_SECRET and DRIFT_REFRESH_TOKEN",
  );
}

/** A list that is short, and given whole each time. */
const all = (table: Table, client: Drift, path: string): Source => ({
  name: table.name,
  tables: [table],
  async *pages() {
    const { body } = await client.get<{ data: readonly object[] }>(path, listed);
    yield { rows: body.data.map(each => [table, table.row(each)]), place: undefined };
  },
});

await program(drift, import.meta);
