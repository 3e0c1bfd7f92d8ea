import * as z from "zod/mini";
import type { Client } from "./client.ts";
import { accounts } from "./drift/accounts.ts";
import { driftClient, listed } from "./drift/client.ts";
import { contacts, conversations } from "./drift/conversations.ts";
import { credentialsOf } from "./drift/credentials.ts";
import { inboxes, users } from "./drift/tables.ts";
import { program } from "./program.ts";
import { address, type Source, streamer } from "./streamer.ts";
import type { Table } from "./table.ts";

const optional = (about: string) => z.optional(z.string()).check(z.describe(about));

/** Inboxes, users, accounts, and conversations with their messages and contacts. */
export const drift = streamer({
  name: "drift",
  about: "Streams Drift's inboxes, users, accounts, and conversations with their messages and contacts.",
  environment: z.looseObject({
    DRIFT_ACCESS_TOKEN: optional("a token; or, instead of it, these three:"),
    DRIFT_CLIENT_ID: optional("an app's"),
    DRIFT_CLIENT_SECRET: optional("the app's"),
    DRIFT_REFRESH_TOKEN: optional("the refresh token that the app's installation was answered with"),
    DRIFT_CREDENTIALS_FILE: optional("a file of yours alone, where the renewed refresh token is kept"),
    DRIFT_API_URL: z._default(address, "https://driftapi.com").check(z.describe("overrides Drift's own")),
  }),
  sources({ DRIFT_API_URL: url, ...given }, run) {
    const client = driftClient(url, credentialsOf(given, run), run);
    return [
      all(inboxes, client, "inboxes"),
      all(users, client, "users/list"),
      accounts(client),
      conversations(client),
      contacts(client),
    ];
  },
});

/** A short list, which is read whole each time. */
const all = (table: Table, client: Client, path: string): Source => ({
  name: table.name,
  tables: [table],
  async *pages() {
    const { body } = await client.get(path, listed);
    yield { rows: body.data.map(each => [table, table.row(each)]), position: undefined };
  },
});

await program(drift, import.meta);
