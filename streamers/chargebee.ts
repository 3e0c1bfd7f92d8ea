import * as z from "zod/mini";
import { asking, chargebeeClient } from "./chargebee/client.ts";
import { byUpdate, inOrder } from "./chargebee/in-order.ts";
import * as tables from "./chargebee/tables.ts";
import { walk } from "./chargebee/walk.ts";
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
    // What was deleted is listed once more, with `deleted` set.
    const all = { include_deleted: "true" };
    // What each can be sorted by is as in Chargebee's own Java client, 4.0.1: the enum SortByAsc of each
    // list's parameters. Credit notes are the ones that can't be had in the order of their updates.
    return [
      byUpdate(tables.customers, "created_at", asking(client, "customers", "customer", all)),
      byUpdate(tables.subscriptions, "created_at", asking(client, "subscriptions", "subscription", all)),
      byUpdate(tables.invoices, "date", asking(client, "invoices", "invoice", all)),
      walk(tables.creditNotes, "date", asking(client, "credit_notes", "credit_note", all)),
      byUpdate(tables.transactions, "date", asking(client, "transactions", "transaction", all)),
      inOrder(tables.events, "occurred_at", asking(client, "events", "event", {})),
    ];
  },
});

await program(chargebee, import.meta);
