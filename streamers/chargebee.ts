import * as z from "zod/mini";
import { byCreation } from "./chargebee/by-creation.ts";
import { byInstant, byUpdate } from "./chargebee/by-update.ts";
import { chargebeeClient, listOf } from "./chargebee/client.ts";
import * as tables from "./chargebee/tables.ts";
import { program } from "./program.ts";
import { address, streamer } from "./streamer.ts";

/** Customers, subscriptions, invoices, credit notes, transactions and events of a site. */
export const chargebee = streamer({
  name: "chargebee",
  about:
    "Streams a Chargebee site's customers, subscriptions, invoices, credit notes, transactions and events.",
  environment: z.object({
    CHARGEBEE_SITE: z
      .string()
      .check(
        z.regex(/^[\w-]+$/, "it is the first part of the site's address"),
        z.describe("acme, of acme.chargebee.com"),
      ),
    CHARGEBEE_API_KEY: z.string().check(z.describe("a key that may read")),
    CHARGEBEE_API_URL: z
      .optional(address)
      .check(z.describe("instead of https://SITE.chargebee.com, before /api/v2")),
  }),
  sources({ CHARGEBEE_SITE: site, CHARGEBEE_API_KEY: key, CHARGEBEE_API_URL: url }, run) {
    const client = chargebeeClient(site, key, url, run);
    // Deleted resources are listed with `deleted` set.
    const all = { include_deleted: "true" };
    // Chargebee's Java client 4.0.1 names the sort orders of each list (the enum SortByAsc of its
    // parameters). Credit notes are the only ones that can't be sorted by their updates.
    return [
      byUpdate(tables.customers, "created_at", listOf(client, "customers", "customer", all)),
      byUpdate(tables.subscriptions, "created_at", listOf(client, "subscriptions", "subscription", all)),
      byUpdate(tables.invoices, "date", listOf(client, "invoices", "invoice", all)),
      byCreation(tables.creditNotes, "date", listOf(client, "credit_notes", "credit_note", all)),
      byUpdate(tables.transactions, "date", listOf(client, "transactions", "transaction", all)),
      byInstant(tables.events, "occurred_at", listOf(client, "events", "event", {})),
    ];
  },
});

await program(chargebee, import.meta);
